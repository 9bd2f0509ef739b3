import type { LogFile } from "../../src/shell/log-output.ts";

type Done = (cause: Error | null, written: number) => void;

/** A log file in memory that takes what it is told to. */
export class MemoryLogFile {
  text = "";
  /** Bytes taken by each write; the rest is left to the next. */
  chunk = Number.POSITIVE_INFINITY;
  /** What the next writes end with instead. */
  readonly faults: string[] = [];
  /** While true nothing is taken. */
  isStalled = false;

  readonly file: LogFile = {
    write: ((_fd: number, bytes: Buffer, at: number, length: number, _to: null, done: Done) => {
      if (this.isStalled) return;
      const code = this.faults.shift();
      const taken = Math.min(length, this.chunk);
      if (code === undefined) this.text += bytes.toString("utf8", at, at + taken);
      setImmediate(() => {
        if (code === undefined) done(null, taken);
        else done(Object.assign(new Error(code), { code }), 0);
      });
    }) as never,
    writeSync: ((_fd: number, bytes: Buffer) => {
      this.text += bytes.toString("utf8");
      return bytes.length;
    }) as never,
  };

  get lines(): Record<string, unknown>[] {
    const lines = this.text.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
