import type { Viewer } from '../database/viewers.js';
import type { Address, Transport } from '../load/messages.js';

/** What a process holds, in bytes. */
export interface Memory {
  readonly resident: number;
  /** What V8 and its buffers hold after a full collection; only from servers that we have started. */
  readonly heap?: number | undefined;
}

/** A server that runs and is ready for clients. */
export interface RunningServer {
  readonly address: Address;
  /** Its processes, as far as they are on this machine; workers they have started count by themselves. */
  readonly pids: readonly number[];
  /** What it holds now; `undefined` when it is on another machine. */
  memory(): Promise<Memory | undefined>;
  stop(): Promise<void>;
}

/** A kind of server that is measured. */
export interface Subject {
  readonly name: string;
  /** Whether it applies the audience rules and must not deliver what they forbid. */
  readonly rules: boolean;
  /** Whether it is started for a measurement; one that runs already has seen events enough. */
  readonly isNew: boolean;
  /** How a viewer's clients prove who they are. */
  tokenOf(viewer: Viewer): string;
  /** Starts it, or takes it as it is when it runs already. */
  start(transport: Transport): Promise<RunningServer>;
}
