/** The Redis that tests share. Each test uses a namespace of its own. */
export const redisUrl = process.env['REDIS_URL'] ?? '';

/** Whether there is none: tests against a real Redis are skipped then. */
export const withoutRedis = redisUrl === '';

if (withoutRedis) {
  console.warn('REDIS_URL is not set: the tests against a real Redis are skipped; `npm test` runs them');
}
