import type { ReplyWriter } from "../../resp/reply-writer.ts";

/**
 * Takes replies that nobody reads: those to our master's commands, whose errors tell that we
 * differ from it, and those to a replica, which must not get any (server spec §2.3, §5.12).
 */
export class SilentWriter implements ReplyWriter {
  readonly protocol = 2;
  /** Whether anything was written since `reset`. */
  wrote = false;
  /** The first error since `reset`. */
  firstError: string | undefined;

  reset(): void {
    this.wrote = false;
    this.firstError = undefined;
  }

  error(text: string): void {
    this.wrote = true;
    this.firstError ??= text;
  }

  simple(): void {
    this.wrote = true;
  }
  integer(): void {
    this.wrote = true;
  }
  bulk(): void {
    this.wrote = true;
  }
  null(): void {
    this.wrote = true;
  }
  nullArray(): void {
    this.wrote = true;
  }
  array(): void {
    this.wrote = true;
  }
  map(): void {
    this.wrote = true;
  }
  set(): void {
    this.wrote = true;
  }
  push(): void {
    this.wrote = true;
  }
  attribute(): void {
    this.wrote = true;
  }
  double(): void {
    this.wrote = true;
  }
  boolean(): void {
    this.wrote = true;
  }
  bigNumber(): void {
    this.wrote = true;
  }
  verbatim(): void {
    this.wrote = true;
  }
  reply(): void {
    this.wrote = true;
  }
}
