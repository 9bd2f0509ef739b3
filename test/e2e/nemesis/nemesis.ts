import { setTimeout as pause } from "node:timers/promises";
import type { Kind } from "../harness/programs.ts";
import { DOWN_AFTER_MS, FAILOVER_TIMEOUT_MS, Fleet, MASTER, type Member } from "./fleet.ts";
import { type Absence, type Acknowledged, unexplained } from "./history.ts";
import { HISTORY, HistoryClient } from "./history-client.ts";
import { drawNemesis, type NemesisFault } from "./plan.ts";

/** A sentinel that was stopped for more than two seconds does not act for so long. */
const TILT_MS = 30_000;
/** Two attempts that fail, one that works, the copies of what was left behind, a busy machine. */
const SETTLES_WITHIN_MS = TILT_MS + 3 * (DOWN_AFTER_MS + 2 * FAILOVER_TIMEOUT_MS);
const CLIENTS = 3;
/** What an empty server must not undo: it is started when another one is the master. */
const REPLACED_WITHIN_MS = TILT_MS + 4 * FAILOVER_TIMEOUT_MS;

export interface NemesisReport {
  readonly seed: number;
  readonly canCut: boolean;
  /** What was done and seen, a line each. */
  readonly journal: readonly string[];
  readonly acknowledged: number;
  readonly waited: number;
  readonly lost: number;
  readonly reigns: number;
  /** From the end of the faults to the agreement, in ms. */
  readonly settledMs: number;
  readonly breaches: readonly string[];
}

/** Breaks a fleet of real processes for some seconds, mends it, and judges what its clients saw. */
export async function unleash(options: {
  readonly kind: Kind;
  readonly seed: number;
  readonly seconds: number;
}): Promise<NemesisReport> {
  const fleet = await Fleet.start(options.kind);
  const nemesis = new Nemesis(fleet);
  try {
    return await nemesis.run(options);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${said}\n\n${nemesis.journal.join("\n")}`, { cause: error });
  } finally {
    await nemesis.end();
    await fleet.stop();
  }
}

class Nemesis {
  readonly journal: string[] = [];
  readonly #fleet: Fleet;
  readonly #beganAt = performance.now();
  readonly #absences: { readonly member: string; readonly fromMs: number; toMs: number }[] = [];
  /** Members that something was done to, and how it is undone. */
  readonly #undo = new Map<Member, () => Promise<void>>();
  readonly #undone: Promise<void>[] = [];
  #clients: readonly HistoryClient[] = [];

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  get #nowMs(): number {
    return performance.now() - this.#beganAt;
  }

  #note(what: string): void {
    this.journal.push(`${(this.#nowMs / 1_000).toFixed(3).padStart(8)} ${what}`);
  }

  async run({
    seed,
    seconds,
  }: {
    readonly seed: number;
    readonly seconds: number;
  }): Promise<NemesisReport> {
    const fleet = this.#fleet;
    await fleet.settled(40_000);
    this.#clients = Array.from(
      { length: CLIENTS },
      (_, index) =>
        new HistoryClient(`client-${index + 1}`, {
          sentinels: [...fleet.sentinels.slice(index), ...fleet.sentinels.slice(0, index)],
          servers: fleet.servers,
          now: () => this.#nowMs,
        }),
    );
    for (const client of this.#clients) client.start();
    await this.#carryOut(drawNemesis(seed, seconds), seconds * 1_000);
    const faultsEndedAt = this.#nowMs;
    await this.#mend();
    const master = await fleet.settled(SETTLES_WITHIN_MS);
    const settledMs = this.#nowMs - faultsEndedAt;
    this.#note(`settled: ${master.name} is the master`);
    await this.#writesGoOn(master);
    await Promise.all(this.#clients.map((client) => client.stop()));
    return { ...(await this.#judge(master)), seed, settledMs };
  }

  async #carryOut(faults: readonly NemesisFault[], durationMs: number): Promise<void> {
    const beganAt = this.#nowMs;
    for (const fault of faults) {
      await pause(Math.max(0, beganAt + fault.atMs - this.#nowMs));
      await this.#strike(fault);
    }
    await pause(Math.max(0, beganAt + durationMs - this.#nowMs));
  }

  /** One server and one sentinel at most are away at a time: a majority is always there. */
  async #strike(fault: NemesisFault): Promise<void> {
    const master = await this.#fleet.namedMaster();
    if (fault.kind === "failover") return this.#failOver(fault);
    const victims = this.#victimsOf(fault, master);
    const isFree = victims.every(
      (victim) => ![...this.#undo.keys()].some(({ role }) => role === victim.role),
    );
    if (victims.length === 0 || !isFree) return;
    this.#note(
      `${fault.kind} ${victims.map(({ name }) => name).join(" and ")} for ${fault.forMs} ms`,
    );
    for (const victim of victims) {
      const absence = { member: victim.name, fromMs: this.#nowMs, toMs: Number.POSITIVE_INFINITY };
      this.#absences.push(absence);
      const heal = await this.#hit(fault.kind, victim);
      let undoing: Promise<void> | undefined;
      const undo = (): Promise<void> =>
        (undoing ??= heal().then(() => {
          absence.toMs = this.#nowMs;
          this.#note(`${victim.name} is back`);
        }));
      this.#undo.set(victim, undo);
      this.#undone.push(this.#undoLater(victim, undo, fault.forMs));
    }
  }

  async #undoLater(victim: Member, undo: () => Promise<void>, forMs: number): Promise<void> {
    await pause(forMs);
    if (this.#undo.get(victim) !== undo) return;
    await undo();
    if (this.#undo.get(victim) === undo) this.#undo.delete(victim);
  }

  #victimsOf({ victim, number }: NemesisFault, master: Member | undefined): Member[] {
    const { servers, sentinels } = this.#fleet;
    const replicas = servers.filter((server) => server !== master);
    const replica = replicas[number % replicas.length];
    const sentinel = sentinels[number % sentinels.length];
    const all = {
      master: [master],
      replica: [replica],
      sentinel: [sentinel],
      "master and sentinel": [master, sentinel],
    }[victim];
    const found = all.filter((member) => member !== undefined);
    return found.length === all.length ? found : [];
  }

  /** @returns how it is taken back */
  async #hit(
    kind: NemesisFault["kind"],
    { daemon, island, name, role }: Member,
  ): Promise<() => Promise<void>> {
    if (kind === "kill") {
      await daemon.crash();
      return async () => {
        if (role === "server") await this.#replaced(name);
        await daemon.start();
      };
    }
    if (kind === "cut" && island !== undefined) {
      island.cut();
      return async () => island.join();
    }
    // Without a network of its own, the nearest to a cut is a process that says nothing.
    const { process } = daemon;
    process.signal("SIGSTOP");
    return async () => process.signal("SIGCONT");
  }

  /** Without persistence, a master that comes back before it is replaced brings an empty data set. */
  async #replaced(name: string): Promise<void> {
    const deadline = this.#nowMs + REPLACED_WITHIN_MS;
    while (this.#nowMs < deadline) {
      const master = await this.#fleet.namedMaster();
      if (master !== undefined && master.name !== name) return;
      await pause(50);
    }
    throw new Error(
      `${name} is dead and was not replaced within ${REPLACED_WITHIN_MS} ms\n${this.#fleet.logs()}`,
    );
  }

  async #failOver({ number }: NemesisFault): Promise<void> {
    const sentinels = this.#fleet.sentinels.filter((each) => !this.#undo.has(each));
    const sentinel = sentinels[number % sentinels.length];
    if (sentinel === undefined) return;
    const reply = await sentinel.daemon
      .command("SENTINEL", "FAILOVER", MASTER)
      .catch((error: unknown) => String(error));
    this.#note(`SENTINEL FAILOVER on ${sentinel.name}: ${String(reply)}`);
  }

  /** What is still broken is mended at once. Those of the sentinels first: they replace a dead master. */
  async #mend(): Promise<void> {
    this.#note("the faults end");
    const left = [...this.#undo].sort(([a]) => (a.role === "sentinel" ? -1 : 1));
    for (const [victim, undo] of left) {
      await undo();
      this.#undo.delete(victim);
    }
  }

  async #writesGoOn({ name }: Member): Promise<void> {
    const before = this.#clients.map(({ acknowledged }) => acknowledged.length);
    const deadline = this.#nowMs + 10_000;
    const isWriting = () =>
      this.#clients.every(({ acknowledged }, index) => {
        const last = acknowledged.at(-1);
        return acknowledged.length > (before[index] ?? 0) && last?.server === name;
      });
    while (!isWriting()) {
      if (this.#nowMs > deadline) throw new Error(`not all clients write to ${name} again`);
      await pause(20);
    }
  }

  async #judge(master: Member): Promise<Omit<NemesisReport, "seed" | "settledMs">> {
    const members = await master.daemon.command("SMEMBERS", HISTORY);
    const kept = new Set(Array.isArray(members) ? members.map(String) : []);
    const info = await master.daemon.info("replication");
    const acknowledged: Acknowledged[] = this.#clients.flatMap((client) => client.acknowledged);
    const absences: readonly Absence[] = this.#absences;
    const breaches = unexplained(acknowledged, absences, {
      kept,
      reign: `${master.name} ${info["master_replid"] ?? ""}`,
      servers: this.#fleet.servers.map(({ name }) => name),
    });
    return {
      canCut: this.#fleet.canCut,
      journal: this.journal,
      acknowledged: acknowledged.length,
      waited: acknowledged.filter(({ isWaited }) => isWaited).length,
      lost: acknowledged.filter(({ value }) => !kept.has(value)).length,
      reigns: new Set(acknowledged.map(({ reign }) => reign)).size,
      breaches: [...breaches, ...(await this.#differences(master.daemon))],
    };
  }

  /** The replicas have what the master has: what was still on its way to the master counts as well. */
  async #differences(master: Member["daemon"]): Promise<string[]> {
    const all = await Promise.all(
      this.#fleet.servers.map(async ({ name, daemon }) => {
        const deadline = this.#nowMs + 5_000;
        let [count, wanted] = [await sizeOf(daemon), await sizeOf(master)];
        while (count !== wanted && this.#nowMs < deadline) {
          await pause(20);
          [count, wanted] = [await sizeOf(daemon), await sizeOf(master)];
        }
        return count === wanted ? [] : [`${name} has ${count} values, the master ${wanted}`];
      }),
    );
    return all.flat();
  }

  async end(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
    this.#undo.clear();
    await Promise.allSettled(this.#undone);
  }
}

async function sizeOf(daemon: Member["daemon"]): Promise<number> {
  return Number(await daemon.command("SCARD", HISTORY));
}
