import { createClient, type RedisSettings } from '@fedistream/redis';
import { withTimeout } from '@fedistream/util';
import { adviceFor } from './advice.js';
import type { Finding } from './finding.js';

const deadlineMs = 8_000;

/** Connects to Redis, and does once what the server does: write a presence key and subscribe. Never throws. */
export async function checkRedis(settings: RedisSettings | undefined): Promise<Finding> {
  if (settings === undefined) {
    return { ok: true, lines: ['Redis: in-memory broker, no connection'] };
  }
  const client = createClient(settings, { name: 'check', commandTimeoutMs: deadlineMs });
  let lastError: Error | undefined;
  client.on('error', (error: Error) => {
    lastError = error;
  });
  const prefix = settings.namespace === undefined ? '' : `${settings.namespace}:`;
  const check = async () => {
    await client.connect();
    await client.set(`${prefix}subscribed:fedistream:check`, '1', 'EX', 1);
    await client.subscribe(`${prefix}fedistream:check`);
  };
  try {
    await withTimeout(deadlineMs, check(), () => lastError ?? new Error(`no answer within ${deadlineMs / 1_000} s`));
    return { ok: true, lines: ['Redis: connected, presence keys can be written, channels subscribed'] };
  } catch (failure) {
    const { message, advice } = adviceFor(lastError ?? failure);
    return { ok: false, lines: [`Redis: ${message}`, `  → ${advice}`] };
  } finally {
    client.disconnect();
  }
}
