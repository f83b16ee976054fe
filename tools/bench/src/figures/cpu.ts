import { readdirSync, readFileSync } from 'node:fs';

/** `/proc` counts in ticks of USER_HZ, which is 100 on every Linux that Node runs on. */
const microsPerTick = 10_000;

interface ProcessTimes {
  readonly parent: number;
  /** User and system time of all its threads, in ticks. */
  readonly own: number;
  /** The same of its children that have ended. */
  readonly endedChildren: number;
}

/**
 * The CPU time that a process and all its descendants have used so far, user and system, in microseconds, as the operating
 * system counts it. With the postmaster's id this is the whole of PostgreSQL, with a supervisor's all its workers.
 *
 * @returns `undefined` when there is no such process
 */
export function cpuMicros(pid: number): number | undefined {
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
  let ticks = 0;
  for (const [id, times] of processes) {
    if (id === pid || descends(id, pid, processes)) {
      ticks += times.own + times.endedChildren;
    }
  }
  return ticks * microsPerTick;
}

/** The parent of a process, if both are there. */
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
  // The second field is the name in parentheses and may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { parent: field(4), own: field(14) + field(15), endedChildren: field(16) + field(17) };
}
