/** What a test of failures does to a server. All of it keeps the address; the data stay as far as the server keeps them. */
export interface ServerControl {
  /** Ends the server in an orderly way; its clients lose their connections. Does nothing when it is stopped. */
  stop(): Promise<void>;
  /** Starts it again; resolves when it answers. Does nothing when it runs. */
  start(): Promise<void>;
  /** Freezes it: connections stay open, new ones are accepted by the system at most, nothing is answered. */
  suspend(): Promise<void>;
  /** Lets it go on after {@link suspend}. */
  resume(): Promise<void>;
}
