const redacted = '[redacted]';

/** A character as it may stand in a URL: itself, percent-encoded, or percent-encoded again inside another URL. */
function inUrl(character: string): string {
  const codes = [character.toLowerCase(), character.toUpperCase()].map((one) => one.charCodeAt(0).toString(16));
  return `(?:${character}|%(?:25)*(?:${codes.join('|')}))`;
}

const parameterName = Array.from('access_token', inUrl).join('');

/**
 * `access_token=…`, however the name is spelt. The value ends at `&` or a blank and at nothing else: quotes, commas and
 * the like may be part of what the client sent.
 */
const parameter = new RegExp(`(${parameterName}["']?(?:\\s*[:,]\\s*|${inUrl('=')}))[^& \\t\\r\\n]*`, 'gi');

/** A header line, or a header as JSON or an inspected object show it. The value is all of the quoted text, or of the line. */
const header =
  /((?:authorization|sec-websocket-protocol)["']?\s*[:=,]\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\r\n]*)/gi;

const credentials = /\b(bearer\s+)\S+/gi;

/**
 * Makes a text that may hold a URL or headers fit for a log: whatever stands where an access token is read from becomes
 * `[redacted]`. It would rather take too much than leave a part of a token, so it is meant for single values, not for
 * finished JSON lines.
 */
export function redactTokens(text: string): string {
  return text
    .replace(header, `$1${redacted}`)
    .replace(credentials, `$1${redacted}`)
    .replace(parameter, `$1${redacted}`);
}

/**
 * An error for the log without the token that its making involved. Database libraries put the parameters of a failed
 * statement into the error, and loggers print every member; hence name, message, code and stack, and nothing else.
 */
export function withoutToken(failure: unknown, token: string): Error {
  const { name, message, stack, code } = (failure instanceof Error ? failure : new Error(String(failure))) as Error & {
    code?: unknown;
  };
  const clean = (text: string) => redactTokens(text.replaceAll(token, redacted));
  const error = new Error(clean(message));
  error.name = clean(name);
  if (stack !== undefined) {
    error.stack = clean(stack);
  }
  return typeof code === 'string' ? Object.assign(error, { code: clean(code) }) : error;
}
