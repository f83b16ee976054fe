import { readdirSync, readFileSync } from 'node:fs';

/** `/proc` counts in ticks of USER_HZ, which is 100 on every Linux that Node runs on. */
const microsPerTick = 10_000;

/** CPU time in µs. */
export interface CpuTime {
  readonly user: number;
  readonly system: number;
}

/** Ticks of all threads of a process, and of its children that have ended. */
interface ProcessTimes extends CpuTime {
  readonly parent: number;
}

/**
 * The CPU time that a process and all its descendants have used so far, as the operating system counts it. With the
 * postmaster's id this is the whole of PostgreSQL, with a supervisor's all its workers.
 *
 * @returns `undefined` when there is no such process
 */
export function cpuTime(pid: number): CpuTime | undefined {
  const root = timesOf(pid);
  if (!root) {
    return undefined;
  }
  const processes = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(Number(name)) : undefined;
    if (times) {
      processes.set(Number(name), times);
    }
  }
  let user = 0;
  let system = 0;
  for (const [id, times] of processes) {
    if (id === pid || descends(id, pid, processes)) {
      user += times.user;
      system += times.system;
    }
  }
  return { user: user * microsPerTick, system: system * microsPerTick };
}

/** The id of a process's parent; `undefined` when there is no such process. */
export function parentOf(pid: number): number | undefined {
  return timesOf(pid)?.parent;
}

/** The name of a process as the kernel knows it; `undefined` when it is not on this machine. */
export function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function descends(pid: number, ancestor: number, processes: ReadonlyMap<number, ProcessTimes>): boolean {
  for (let at = processes.get(pid); at; at = processes.get(at.parent)) {
    if (at.parent === ancestor) {
      return true;
    }
  }
  return false;
}

function timesOf(pid: number): ProcessTimes | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the name in parentheses and may contain blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { parent: field(4), user: field(14) + field(16), system: field(15) + field(17) };
}
