import { cpuMicros, nameOf, parentOf } from './cpu.js';
import type { Redis } from 'ioredis';
import type { Client } from 'pg';

/** CPU time in µs; a part is absent when its processes are not on this machine. */
export interface CpuTimes {
  readonly server?: number | undefined;
  readonly postgres?: number | undefined;
  readonly redis?: number | undefined;
}

/** Which processes belong to which part. */
export interface MeteredProcesses {
  readonly server: readonly number[];
  readonly postgres?: number | undefined;
  readonly redis?: number | undefined;
}

/** Reads all counters at one moment. */
export function readCpu({ server, postgres, redis }: MeteredProcesses): CpuTimes {
  const times = server.map(cpuMicros).filter((time) => time !== undefined);
  return {
    server: times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0),
    postgres: postgres === undefined ? undefined : cpuMicros(postgres),
    redis: redis === undefined ? undefined : cpuMicros(redis),
  };
}

/** What was used between two readings, divided by `count`. */
export function cpuPer(count: number, before: CpuTimes, after: CpuTimes): CpuTimes {
  const per = (from?: number, to?: number): number | undefined =>
    from === undefined || to === undefined ? undefined : (to - from) / count;
  return {
    server: per(before.server, after.server),
    postgres: per(before.postgres, after.postgres),
    redis: per(before.redis, after.redis),
  };
}

/** The process of the Redis behind this connection, if it is on this machine. */
export async function redisProcess(redis: Redis): Promise<number | undefined> {
  const pid = Number(/^process_id:(\d+)/m.exec(await redis.info('server'))?.[1]);
  return /redis|valkey/.test(nameOf(pid) ?? '') ? pid : undefined;
}

/** The first process of the PostgreSQL behind this connection, the parent of all others, if it is on this machine. */
export async function postgresProcess(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const pid = rows[0]?.pid ?? 0;
  return /postgres|postmaster/.test(nameOf(pid) ?? '') ? parentOf(pid) : undefined;
}
