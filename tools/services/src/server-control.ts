/** Stops, starts and suspends a server, for tests of failures. The address stays the same, and so do persistent data. */
export interface ServerControl {
  /** Ends the server in an orderly way; its clients lose their connections. Does nothing when it is stopped. */
  stop(): Promise<void>;
  /** Starts it again; resolves when it answers. Does nothing when it runs. */
  start(): Promise<void>;
  /** Suspends it (SIGSTOP): connections stay open, the system may accept new ones, and the server does not answer. */
  suspend(): Promise<void>;
  /** Continues it after {@link suspend}. */
  resume(): Promise<void>;
}
