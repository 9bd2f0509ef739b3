import { toneOfEvent } from "../../advice/event-tones.ts";
import type { Daemon, Exit } from "./daemon.ts";
import type { Cause } from "./failover-watch.ts";
import type { Group } from "./group.ts";
import { subjectName, type SentinelEvent } from "./timeline.ts";
import type { Paint } from "../paint.ts";
import { clockMs, DeadlineError, isAbort, pause, until } from "./waiting.ts";

/** What the user killed stays dead for a moment, so that it can be watched. */
export const RESTART_AFTER_MS = 3000;
/** A master that nobody replaces comes back at last, as in a group that has lost too much. */
const REPLACED_WITHIN_MS = 60_000;
const FOLLOWS_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** Events that mean that a failover is under way, whatever the reason. */
const FAILOVER_EVENTS: ReadonlySet<string> = new Set(["+odown", "+try-failover"]);
/** Events worth a line when they are about a replica or a sentinel. */
const NOTED_EVENTS: ReadonlySet<string> = new Set([
  "+sdown",
  "-sdown",
  "+convert-to-slave",
  "+fix-slave-config",
  "+tilt",
  "-tilt",
]);

/**
 * Looks after the group while somebody plays with it: says what happens, restarts what was killed,
 * and tells when a failover has begun.
 */
export class Attendant {
  readonly #group: Group;
  readonly #say: (line: string) => void;
  readonly #paint: Paint;
  readonly #signal: AbortSignal;
  #next: Cause | undefined;
  #watching = false;
  /** Lines that wait until the failover's own report is out; undefined when none does. */
  #held: string[] | undefined;

  constructor(options: {
    readonly group: Group;
    readonly say: (line: string) => void;
    readonly paint: Paint;
    readonly signal: AbortSignal;
  }) {
    this.#group = options.group;
    this.#say = options.say;
    this.#paint = options.paint;
    this.#signal = options.signal;
  }

  /** Waits for the next failover. Until it is asked again, what happens belongs to that one. */
  async nextFailover(): Promise<Cause> {
    this.#watching = true;
    await until("somebody kills the master", () => this.#next !== undefined, {
      everyMs: LOOK_EVERY_MS,
      withinMs: Infinity,
      signal: this.#signal,
    });
    this.#watching = false;
    const cause = this.#next;
    if (cause === undefined) throw new Error("a cause that was there is gone");
    this.#next = undefined;
    return cause;
  }

  /** Keeps what happens from now on to itself, until `goOn`. */
  hold(): void {
    this.#held ??= [];
  }

  goOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const line of held) this.#say(line);
  }

  /** A process ended that the demo did not end. */
  exited(daemon: Daemon, exit: Exit): void {
    const isMaster = daemon === this.#group.master;
    const role = isMaster ? "the master" : daemon.kind === "server" ? "a replica" : "";
    this.#note(
      this.#paint.tone("bad", `${daemon.name}${role && `, ${role},`} has ended: ${exit.reason}`) +
        (isMaster ? "" : `; restart in ${RESTART_AFTER_MS / 1000} s`),
    );
    if (!exit.reason.startsWith("SIG")) this.#note(daemon.lastWords());
    if (isMaster) {
      const { name } = daemon;
      this.#next = {
        oldMaster: daemon,
        startedAtMs: exit.atMs,
        moment: { atMs: exit.atMs, what: exit.reason, who: name, detail: "the master has ended" },
      };
    }
    this.#restart(daemon, isMaster).catch((error: unknown) => {
      if (!isAbort(error)) this.#note(String(error));
    });
  }

  published(event: SentinelEvent): void {
    if (FAILOVER_EVENTS.has(event.name)) this.#failoverEvent(event);
    else if (NOTED_EVENTS.has(event.name) && !event.payload.startsWith("master ")) {
      const about = event.name.endsWith("tilt") ? "" : subjectName(event.payload, this.#group.cast);
      const what = this.#paint.tone(toneOfEvent(event.name), event.name);
      this.#note(`${event.sentinel}  ${what}  ${about}`);
    }
  }

  /** The master's process lives, and yet a failover begins: it hangs, or somebody asked for it. */
  #failoverEvent(event: SentinelEvent): void {
    if (!this.#watching || this.#next !== undefined) return;
    const oldMaster = this.#group.master;
    const lastWriteMs = this.#group.writer.last?.atMs ?? event.atMs;
    const isHung = event.name === "+odown";
    const startedAtMs = isHung ? lastWriteMs : event.atMs;
    const what = isHung ? "last write" : "failover";
    const detail = isHung ? "acknowledged, then silence" : "though the master runs";
    this.#next = {
      oldMaster,
      startedAtMs,
      moment: { atMs: startedAtMs, what, who: oldMaster.name, detail },
    };
  }

  async #restart(daemon: Daemon, wasMaster: boolean): Promise<void> {
    if (wasMaster) await this.#replaced(daemon);
    await pause(RESTART_AFTER_MS, this.#signal);
    daemon.start();
    this.#note(`${daemon.name} restarted, pid ${daemon.pid}`);
    if (daemon.kind === "server") await this.#followsAgain(daemon);
  }

  /**
   * The demo's servers save nothing by themselves. A master restarted before it is replaced would
   * come back with old data or none, and its replicas would copy that.
   */
  async #replaced(daemon: Daemon): Promise<void> {
    try {
      await until("another master", () => this.#group.master !== daemon, {
        everyMs: LOOK_EVERY_MS,
        withinMs: REPLACED_WITHIN_MS,
        signal: this.#signal,
      });
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      this.#note(`nobody replaced ${daemon.name}: it comes back, with old data or none`);
    }
  }

  async #followsAgain(daemon: Daemon): Promise<void> {
    try {
      const tookMs = await until(
        "it follows the master",
        () => this.#group.isFollowing(daemon, this.#group.master),
        { everyMs: LOOK_EVERY_MS, withinMs: FOLLOWS_WITHIN_MS, signal: this.#signal },
      );
      const master = this.#group.master.name;
      this.#note(
        this.#paint.tone("good", `${daemon.name} follows ${master}, link up`) +
          ` (${Math.round(tookMs)} ms after its restart)`,
      );
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      this.#note(`${daemon.name} does not follow the master ${FOLLOWS_WITHIN_MS} ms later`);
    }
  }

  #note(text: string): void {
    const time = new Date(Date.now()).toTimeString().slice(0, 8);
    const line = `  ${this.#paint.faint(time)}  ${text}`;
    if (this.#held === undefined) this.#say(line);
    else this.#held.push(line);
  }
}

/** The cause when the demo itself kills the master. */
export function killMaster(group: Group): Cause {
  const oldMaster = group.master;
  const startedAtMs = clockMs();
  oldMaster.crash();
  return {
    oldMaster,
    startedAtMs,
    moment: {
      atMs: startedAtMs,
      what: "SIGKILL",
      who: oldMaster.name,
      detail: "the master is killed",
    },
  };
}
