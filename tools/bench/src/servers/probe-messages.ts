import type { CpuProfile } from '../profile/cpu-profile.js';

/** What the processes of measured servers send: a baseline its port, the probe its replies. */
export interface ProbeReplies {
  /** Sent once, when a baseline listens. */
  readonly port: number;
  /** To `memory`: bytes of V8 and its buffers after a full collection. */
  readonly heap: number;
  /** To `event-loop`: the longest block in ms since the last question. */
  readonly longestBlockMs: number;
  /** To `start-profile`. */
  readonly profiling: true;
  /** To `stop-profile`. */
  readonly profile: CpuProfile;
}
