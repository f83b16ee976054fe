/** The Redis that tests may use: they keep to namespaces of their own. */
export const redisUrl = process.env['REDIS_URL'] ?? '';

/** Whether there is one. `npm test` starts one and names it here. */
export const withoutRedis = redisUrl === '';

if (withoutRedis) {
  console.warn('REDIS_URL is not set: the tests against a real Redis are skipped; `npm test` runs them');
}
