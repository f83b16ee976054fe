export { atDeath, quoted } from './watchdog.js';
export { freePort } from './free-port.js';
export { openPostgres, startPostgres } from './postgres.js';
export type { PostgresOptions, PostgresService, StartedPostgres } from './postgres.js';
export { onStderr, type Progress } from './progress.js';
export { openRedis, startRedis } from './redis.js';
export type { RedisOptions, RedisService, ServerOptions, StartedRedis } from './redis.js';
export type { ServerControl } from './server-control.js';
export { MissingServerError, type Source } from './source.js';
