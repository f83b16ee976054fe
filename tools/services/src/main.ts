import { openPostgres } from './postgres.js';
import { openRedis } from './redis.js';

/** Starts both servers, prints their URLs, and runs until a signal ends it. */
async function serve(): Promise<void> {
  const redis = await openRedis();
  const postgres = await openPostgres();
  const database = await postgres.createDatabase();
  process.stdout.write(`REDIS_URL=${redis.url}\nDATABASE_URL=${database}\n`);
  await new Promise((resolve) => {
    const waiting = setInterval(() => undefined, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(waiting);
        resolve(signal);
      });
    }
  });
  await Promise.all([redis.stop(), postgres.stop()]);
}

serve().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
