/** More codes than this are not counted one by one: a client may invent them. */
const MAX_ERROR_CODES = 128;

/** What the listener counts, for INFO and metrics. Starts again with `reset` (CONFIG RESETSTAT). */
export class ListenerStats {
  connectionsReceived = 0;
  connectionsRejected = 0;
  netInputBytes = 0;
  netOutputBytes = 0;
  /** How often something arrived, and how often something was sent. */
  reads = 0;
  writes = 0;
  queryBufferDisconnections = 0;
  outputBufferDisconnections = 0;
  errorReplies = 0;
  /** Error replies by their first word: `ERR`, `WRONGTYPE`. */
  readonly errorsByCode = new Map<string, number>();

  /** @param text of an error reply, its code word first */
  countError(text: string): void {
    this.errorReplies++;
    const code = text.split(" ", 1)[0] ?? "";
    const count = this.errorsByCode.get(code) ?? 0;
    if (count > 0 || this.errorsByCode.size < MAX_ERROR_CODES) {
      this.errorsByCode.set(code, count + 1);
    }
  }

  reset(): void {
    this.connectionsReceived = 0;
    this.connectionsRejected = 0;
    this.netInputBytes = 0;
    this.netOutputBytes = 0;
    this.reads = 0;
    this.writes = 0;
    this.queryBufferDisconnections = 0;
    this.outputBufferDisconnections = 0;
    this.errorReplies = 0;
    this.errorsByCode.clear();
  }
}
