/** A function as a profile names it; lines count from 0. */
interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** A CPU profile of V8 (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile); times in µs. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** One function's own time, without that of the functions it calls. */
export interface ProfileEntry {
  readonly name: string;
  /** File and line, as far as known. */
  readonly place: string;
  readonly micros: number;
}

/** The functions of a profile by their own time, the largest first. `(idle)` is left out: it is no CPU time. */
export function profileEntries({ nodes, samples, timeDeltas }: CpuProfile): ProfileEntry[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const entries = new Map<string, { name: string; place: string; micros: number }>();
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === '(idle)') {
      return;
    }
    const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
    const place = frame.url === '' ? '' : `${shortPath(frame.url)}:${frame.lineNumber + 1}`;
    const key = `${name} ${place}`;
    const entry = entries.get(key) ?? { name, place, micros: 0 };
    entries.set(key, entry);
    // A delta is the time before its sample.
    entry.micros += timeDeltas[index + 1] ?? 0;
  });
  return [...entries.values()].sort((a, b) => b.micros - a.micros);
}

/** The path within the workspace or within node_modules. */
function shortPath(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\/.*\/((?:libs|apps|tools)\/)/, '$1');
}
