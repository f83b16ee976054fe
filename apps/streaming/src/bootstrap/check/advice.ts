/** What to do about an error, by a pattern of its code or message. The first that matches counts. */
const advices: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/ECONNREFUSED|ENOENT/, 'start the server, or correct host and port'],
  [/ENOTFOUND|EAI_AGAIN/, 'correct the host name, or the name server of this machine'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|no answer|timeout/i, 'check the route and the firewall between the machines'],
  [/28P01|28000|WRONGPASS|NOAUTH|AUTH failed|invalid password|password authentication/i, 'correct user and password'],
  [/3D000/, 'correct the name of the database'],
  [/NOPERM|42501/, 'grant this user the missing permission'],
  [/READONLY/, 'name the master, or its Sentinels: this server is a replica'],
  [/LOADING/, 'wait until Redis has loaded its data'],
  [/MISCONF|OOM/, 'make room: Redis refuses to write'],
  [/max number of clients|53300|too many clients/i, 'raise the server’s limit of connections, or lower DB_POOL'],
  [/sentinel/i, 'correct REDIS_SENTINELS and REDIS_SENTINEL_MASTER'],
  [/CERT|certificate|SELF_SIGNED|self-signed|ssl|tls/i, 'correct the settings of TLS: mode, authority and host name'],
];

/** An error in one line, and what to do about it. */
export function adviceFor(failure: unknown): { readonly message: string; readonly advice: string } {
  const errors = failure instanceof AggregateError ? failure.errors : [failure];
  const texts = errors.map((error: unknown) => {
    const { code, message = String(error) } = (error ?? {}) as { readonly code?: unknown; readonly message?: string };
    return typeof code === 'string' && !message.includes(code) ? `${message} (${code})` : message;
  });
  const message = [...new Set(texts)].join('; ').replace(/\s+/g, ' ');
  const [, advice] = advices.find(([pattern]) => pattern.test(message)) ?? [];
  return { message, advice: advice ?? 'see the log of that server' };
}
