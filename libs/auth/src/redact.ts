const redacted = '[redacted]';

/** Matches a character in a URL: plain, percent-encoded, or percent-encoded repeatedly inside another URL. */
function inUrl(character: string): string {
  const codes = [character.toLowerCase(), character.toUpperCase()].map((one) => one.charCodeAt(0).toString(16));
  return `(?:${character}|%(?:25)*(?:${codes.join('|')}))`;
}

const parameterName = Array.from('access_token', inUrl).join('');

/**
 * Matches `access_token=…` in any spelling. The value ends only at `&` or white space: quotes and commas may be part of the
 * token.
 */
const parameter = new RegExp(`(${parameterName}["']?(?:\\s*[:,]\\s*|${inUrl('=')}))[^& \\t\\r\\n]*`, 'gi');

/** Matches a header line, or a header in JSON or in an inspected object. The value is the whole quoted text, or the line. */
const header =
  /((?:authorization|sec-websocket-protocol)["']?\s*[:=,]\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\r\n]*)/gi;

const credentials = /\b(bearer\s+)\S+/gi;

/**
 * Makes a text with a URL or headers safe to log: replaces access tokens with `[redacted]`, wherever {@link readToken} would
 * find one. It removes too much rather than too little, so apply it to single values, not to finished JSON lines.
 */
export function redactTokens(text: string): string {
  return text
    .replace(header, `$1${redacted}`)
    .replace(credentials, `$1${redacted}`)
    .replace(parameter, `$1${redacted}`);
}

/**
 * Copies an error without the token. Database libraries attach the parameters of a failed statement to the error, and
 * loggers print every member. The copy has name, message, code and stack only.
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
