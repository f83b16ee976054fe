import { openPostgres } from './postgres.js';
import { openRedis } from './redis.js';

const redis = await openRedis();
const postgres = await openPostgres();
const database = await postgres.createDatabase();
process.stdout.write(`REDIS_URL=${redis.url}\nDATABASE_URL=${database}\n`);

// Until somebody ends it.
const waiting = setInterval(() => undefined, 60_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    clearInterval(waiting);
    void Promise.all([redis.stop(), postgres.stop()]);
  });
}
