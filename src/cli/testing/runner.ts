/** What runs one node, and does to it what a machine can do to a process. */
export interface Runner {
  /** Starts it; that it serves clients is for others to find out. */
  start(): void;
  /** Ends it in the middle of whatever it does: no last word, no last save. Resolves when it is gone. */
  kill(): Promise<void>;
  /** It does nothing more, and its connections stay open. */
  hang(): Promise<void>;
  /** It goes on where it hung. */
  resume(): void;
  /** For the end of the test's process, which waits for nothing. */
  abandon(): void;
  /** Why it ended by itself and what it wrote last; undefined while all is well. */
  lastWords(): string | undefined;
}
