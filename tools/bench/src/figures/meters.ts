import { cpuTime, nameOf, parentOf } from './cpu.js';
import type { Redis } from 'ioredis';
import type { Client } from 'pg';

/** CPU time in µs; a part is absent when its processes are not on this machine. */
export interface CpuTimes {
  /** User and system time of the server. */
  readonly server?: number | undefined;
  readonly user?: number | undefined;
  readonly system?: number | undefined;
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
  const times = server.map(cpuTime).filter((time) => time !== undefined);
  const known = times.length > 0;
  const user = times.reduce((sum, time) => sum + time.user, 0);
  const system = times.reduce((sum, time) => sum + time.system, 0);
  return {
    ...(known && { server: user + system, user, system }),
    postgres: totalOf(postgres),
    redis: totalOf(redis),
  };
}

/** What was used between two readings, divided by `count`. */
export function cpuPer(count: number, before: CpuTimes, after: CpuTimes): CpuTimes {
  const per = (part: keyof CpuTimes): number | undefined => {
    const [from, to] = [before[part], after[part]];
    return from === undefined || to === undefined ? undefined : (to - from) / count;
  };
  return {
    server: per('server'),
    user: per('user'),
    system: per('system'),
    postgres: per('postgres'),
    redis: per('redis'),
  };
}

function totalOf(pid: number | undefined): number | undefined {
  const time = pid === undefined ? undefined : cpuTime(pid);
  return time && time.user + time.system;
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
