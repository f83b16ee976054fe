import type { Viewer } from '../database/viewers.js';
import type { Address, Transport } from '../load/messages.js';
import type { CpuProfile } from '../profile/cpu-profile.js';

/** What a process holds, in bytes. */
export interface Memory {
  readonly resident: number;
  /** What V8 and its buffers hold after a full collection; only of servers that the benchmark has started. */
  readonly heap?: number | undefined;
}

/** What a server that the benchmark has started answers about itself. */
export interface ServerProbe {
  /** The longest time in ms for which the event loop has been blocked since the last call. The first call starts the measurement. */
  longestBlockMs(): Promise<number>;
  startProfile(): Promise<void>;
  stopProfile(): Promise<CpuProfile>;
}

/** A server that runs and is ready for clients. */
export interface RunningServer {
  readonly address: Address;
  /** Its processes, as far as they are on this machine. Their descendants are counted, too. */
  readonly pids: readonly number[];
  /** Whether it has delivered enough events for V8 to have optimised its code. */
  readonly isWarm: boolean;
  /** Absent for a server that the benchmark has not started. */
  readonly probe?: ServerProbe;
  /** What it holds now; `undefined` when it is on another machine. */
  memory(): Promise<Memory | undefined>;
  stop(): Promise<void>;
}

/** A server that is measured, before it is started. */
export interface MeasuredServer {
  readonly name: string;
  /** Whether it applies the audience rules and must not deliver what they forbid. */
  readonly rules: boolean;
  /** The token with which a viewer's clients authenticate. */
  tokenOf(viewer: Viewer): string;
  /** Starts it, or returns the one that runs already. */
  start(transport: Transport): Promise<RunningServer>;
}
