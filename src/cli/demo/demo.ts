import { setMaxListeners } from "node:events";
import { Attendant, killMaster, RESTART_AFTER_MS } from "./attendant.ts";
import { type Cluster, crashAll, layOut, removeFiles, stopAll } from "./cluster.ts";
import { MASTER_NAME } from "./configuration.ts";
import type { Daemon, Exit } from "./daemon.ts";
import { bringBack, type FailoverRecord, followFailover, problemsAtTheEnd } from "./failover.ts";
import type { Cause } from "./failover-watch.ts";
import { Group, StartError } from "./group.ts";
import { type Paint, paintFor } from "../paint.ts";
import { ProgramError, sentinelProgram, serverProgram } from "./programs.ts";
import { describeFailover, describeGroup, describeProblems, describeReturn } from "./report.ts";
import type { SentinelEvent } from "./timeline.ts";
import { DeadlineError, isAbort, pause } from "./waiting.ts";

export interface DemoOptions {
  /** End after one failover. */
  readonly once: boolean;
  /** `bundled`, `redis` or a program's path. */
  readonly server: string;
  /** `vedette`, `redis` or a program's path. */
  readonly sentinel: string;
  readonly downAfterMs: number;
  readonly keepFiles: boolean;
  readonly version: string;
}

/** Writes go on for this long before the master is killed. */
const BEFORE_THE_KILL_MS = 1500;
/** An old master that comes back must be a replica by then. */
const RETURN_WITHIN_MS = 30_000;
const STATUS_INTERRUPTED = 130;

/** Runs the demo. @returns the exit status: 0 only when everything held */
export async function runDemo(options: DemoOptions): Promise<number> {
  const stage = new Stage(options);
  return stage.run();
}

/** The group on its stage: what is started here is ended here, whatever happens in between. */
class Stage {
  readonly #options: DemoOptions;
  readonly #paint: Paint = paintFor(process.stdout);
  readonly #interrupted = new AbortController();
  #cluster: Cluster | undefined;
  #group: Group | undefined;
  #attendant: Attendant | undefined;
  readonly #unexpected: string[] = [];

  constructor(options: DemoOptions) {
    this.#options = options;
    // Every wait of the moment listens: as many as there are things to wait for.
    setMaxListeners(0, this.#interrupted.signal);
  }

  async run(): Promise<number> {
    const interrupt = (): void => {
      // The second time, nobody wants to wait for an orderly end.
      if (this.#interrupted.signal.aborted) process.exit(STATUS_INTERRUPTED);
      this.#interrupted.abort();
    };
    const lastResort = (): void => {
      if (this.#cluster === undefined) return;
      crashAll(this.#cluster);
      if (!this.#options.keepFiles) removeFiles(this.#cluster);
    };
    const unread = (): void => {
      this.#interrupted.abort();
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, interrupt);
    process.stdout.on("error", unread);
    process.on("exit", lastResort);
    try {
      return await this.#play();
    } catch (error) {
      return this.#failed(error);
    } finally {
      await this.#end();
      for (const signal of signals) process.off(signal, interrupt);
      process.off("exit", lastResort);
    }
  }

  async #play(): Promise<number> {
    const group = await this.#open();
    await this.#pause(BEFORE_THE_KILL_MS);
    const held = await this.#showFailover(group);
    if (this.#attendant !== undefined) return this.#goOn(group, this.#attendant);
    const problems = [...(await problemsAtTheEnd(group)), ...this.#unexpected];
    for (const line of describeProblems(problems, this.#paint)) this.#say(line);
    if (!held || problems.length > 0) return 1;
    this.#say(this.#paint.tone("good", "Everything held."));
    return 0;
  }

  /** Starts everything, and tells the user where it is. */
  async #open(): Promise<Group> {
    const { downAfterMs, version } = this.#options;
    const server = await serverProgram(this.#options.server);
    const sentinel = await sentinelProgram(this.#options.sentinel);
    const cluster = await layOut({
      server,
      sentinel,
      downAfterMs,
      // Who stays for one failover only opens no page.
      withHttp: !this.#options.once,
      onExit: (daemon, exit) => {
        this.#exited(daemon, exit);
      },
    });
    this.#cluster = cluster;
    const group = new Group(cluster, {
      signal: this.#interrupted.signal,
      onEvent: (event: SentinelEvent) => this.#attendant?.published(event),
    });
    this.#group = group;
    if (!this.#options.once) this.#attendant = this.#attendantOf(group);
    const tookMs = await group.start();
    group.writer.start();
    const about = { version, server: server.label, sentinel: sentinel.label, downAfterMs };
    for (const line of describeGroup(cluster, about, this.#paint)) this.#say(line);
    this.#say(
      `All know each other ${Math.round(tookMs)} ms after the sentinels started. ` +
        "A client writes, through ioredis and the sentinels.",
    );
    return group;
  }

  /** The failover that the demo makes itself. @returns whether everything held */
  async #showFailover(group: Group): Promise<boolean> {
    const oldMaster = group.master;
    this.#say(`\nkill -KILL ${oldMaster.pid} (${oldMaster.name}, the master)\n`);
    const record = await this.#report(group, () => killMaster(group));
    if (record.newMaster === undefined && this.#options.once) return false;
    try {
      const returned = await bringBack(group, oldMaster, {
        withinMs: RETURN_WITHIN_MS,
        signal: this.#interrupted.signal,
      });
      this.#say("");
      this.#say(describeReturn(oldMaster, group.master, returned));
      return record.problems.length === 0;
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      for (const line of describeProblems([error.message], this.#paint)) this.#say(line);
      return false;
    }
  }

  /** From here on the user does the killing. Ends by the signal only. */
  async #goOn(group: Group, attendant: Attendant): Promise<never> {
    for (;;) {
      this.#invite(group);
      const cause = await attendant.nextFailover();
      this.#say("");
      await this.#report(group, () => cause);
    }
  }

  async #report(group: Group, begin: () => Cause): Promise<FailoverRecord> {
    const { downAfterMs } = this.#options;
    const { signal } = this.#interrupted;
    this.#attendant?.hold();
    const record = await followFailover(group, begin(), { downAfterMs, signal });
    for (const line of describeFailover(record, this.#paint)) this.#say(line);
    this.#attendant?.goOn();
    return record;
  }

  #attendantOf(group: Group): Attendant {
    return new Attendant({
      group,
      say: (line) => {
        this.#say(line);
      },
      paint: this.#paint,
      signal: this.#interrupted.signal,
    });
  }

  #invite(group: Group): void {
    const { servers, sentinels } = group.cluster;
    const { master } = group;
    const replica = servers.find((server) => server !== master && server.isRunning);
    const sentinel = sentinels.find(({ isRunning }) => isRunning);
    const seconds = RESTART_AFTER_MS / 1000;
    this.#say(
      [
        "",
        `Your turn: what you kill is restarted after ${seconds} s (a master once it is replaced). Ctrl-C ends all.`,
        ...suggestion(master, `the master, ${master.name}; -STOP and later -CONT: it hangs`),
        ...suggestion(replica, `a replica, ${replica?.name}`),
        ...suggestion(sentinel, `${sentinel?.name}`),
        `  redis-cli -p ${sentinel?.address.port} SENTINEL FAILOVER ${MASTER_NAME}`,
        "",
      ].join("\n"),
    );
  }

  #exited(daemon: Daemon, exit: Exit): void {
    if (exit.expected) return;
    if (this.#attendant === undefined) {
      this.#unexpected.push(`${daemon.name} has ended by itself: ${exit.reason}`);
    } else {
      this.#attendant.exited(daemon, exit);
    }
  }

  #failed(error: unknown): number {
    if (isAbort(error)) return this.#options.once ? STATUS_INTERRUPTED : 0;
    if (error instanceof StartError || error instanceof ProgramError) {
      process.stderr.write(`vedette demo: ${error.message}\n`);
      return 1;
    }
    throw error;
  }

  async #end(): Promise<void> {
    // No restart that is still due may come after this.
    this.#interrupted.abort();
    this.#group?.letGo();
    if (this.#cluster === undefined) return;
    await stopAll(this.#cluster);
    if (this.#options.keepFiles) this.#say(`Files kept in ${this.#cluster.folder}`);
    else removeFiles(this.#cluster);
  }

  async #pause(durationMs: number): Promise<void> {
    await pause(durationMs, this.#interrupted.signal);
  }

  #say(line: string): void {
    process.stdout.write(`${line}\n`);
  }
}

function suggestion(daemon: Daemon | undefined, about: string): string[] {
  return daemon?.pid === undefined ? [] : [`  kill -KILL ${daemon.pid}   ${about}`];
}
