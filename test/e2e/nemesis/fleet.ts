import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Daemon } from "../harness/daemon.ts";
import { freePort } from "../harness/ports.ts";
import { type Kind, ownProgram, realProgram } from "../harness/programs.ts";
import { until } from "../harness/until.ts";
import { type Island, Islands } from "./islands.ts";

export const MASTER = "mymaster";
export const DOWN_AFTER_MS = 1_000;
export const FAILOVER_TIMEOUT_MS = 6_000;

/** A process that is broken and mended: what it is, and where. */
export interface Member {
  readonly name: string;
  readonly role: "server" | "sentinel";
  readonly host: string;
  readonly daemon: Daemon;
  /** Undefined where the machine has no networks of its own to give. */
  readonly island: Island | undefined;
}

/**
 * Three servers and three sentinels, each with a configuration file as a user has them, so that
 * their roles survive a restart, and each in a network of its own that can be cut off.
 */
export class Fleet {
  readonly members: readonly Member[];
  readonly #islands: Islands | undefined;
  readonly #dir: string;

  private constructor(members: readonly Member[], islands: Islands | undefined, dir: string) {
    this.members = members;
    this.#islands = islands;
    this.#dir = dir;
  }

  get canCut(): boolean {
    return this.#islands !== undefined;
  }

  get servers(): readonly Member[] {
    return this.members.filter(({ role }) => role === "server");
  }

  get sentinels(): readonly Member[] {
    return this.members.filter(({ role }) => role === "sentinel");
  }

  static async start(kind: Kind): Promise<Fleet> {
    const islands = Islands.make();
    const dir = mkdtempSync(join(tmpdir(), "vedette-nemesis-"));
    const members: Member[] = [];
    const fleet = new Fleet(members, islands, dir);
    try {
      let master = "";
      for (const number of [1, 2, 3]) {
        const lines = master === "" ? [] : [`replicaof ${master}`];
        const server = await fleet.#member(`server-${number}`, { role: "server", kind, lines });
        members.push(server);
        if (master === "") master = `${server.host} ${server.daemon.port}`;
      }
      await Promise.all(members.map(({ daemon }) => daemon.start()));
      const watched = [
        `sentinel monitor ${MASTER} ${master} 2`,
        `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
        `sentinel failover-timeout ${MASTER} ${FAILOVER_TIMEOUT_MS}`,
      ];
      for (const number of [1, 2, 3]) {
        const name = `sentinel-${number}`;
        members.push(
          await fleet.#member(name, { role: "sentinel", kind: "vedette", lines: watched }),
        );
      }
      await Promise.all(fleet.sentinels.map(({ daemon }) => daemon.start()));
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  async #member(
    name: string,
    part: { readonly role: Member["role"]; readonly kind: Kind; readonly lines: readonly string[] },
  ): Promise<Member> {
    const island = this.#islands?.add();
    const host = island?.host ?? "127.0.0.1";
    const port = await freePort();
    const dir = join(this.#dir, name);
    mkdirSync(dir);
    const file = join(dir, "vedette.conf");
    const usual = [`port ${port}`, `bind ${host}`, "protected-mode no", `dir ${dir}`];
    const own = part.role === "server" ? ['save ""', "repl-diskless-sync-delay 0"] : [];
    writeFileSync(file, `${[...usual, ...own, ...part.lines].join("\n")}\n`);
    const program = programOf(part);
    const daemon = new Daemon({
      title: `${name} (${part.kind}, ${host}:${port})`,
      program: island === undefined ? program : island.enter(program),
      args: [file],
      host,
      port,
      dir,
    });
    return { name, role: part.role, host, daemon, island };
  }

  /** The address that most sentinels name; undefined while there is no such. */
  async namedMaster(): Promise<Member | undefined> {
    const answers = await Promise.all(this.sentinels.map((sentinel) => masterAt(sentinel)));
    return this.servers.find(
      (server) => answers.filter((answer) => answer === addressOf(server)).length >= 2,
    );
  }

  /** Resolves when everybody agrees and follows. */
  async settled(withinMs: number): Promise<Member> {
    const seen = await until({
      name: "all sentinels agree on one master, and the other servers follow it",
      look: () => this.#look(),
      holds: ({ problem }) => problem === undefined,
      withinMs,
      context: () => this.logs(),
    });
    if (seen.master === undefined) throw new Error("settled without a master");
    return seen.master;
  }

  async #look(): Promise<{
    readonly master: Member | undefined;
    readonly problem: string | undefined;
  }> {
    const named = await Promise.all(this.sentinels.map((sentinel) => masterAt(sentinel)));
    const master = this.servers.find((server) => named.every((name) => name === addressOf(server)));
    if (master === undefined) return { master, problem: `they name ${named.join(", ")}` };
    for (const server of this.servers) {
      const info = await server.daemon.info("replication");
      const state = `${info["role"]} of ${info["master_host"]}:${info["master_port"]} ${info["master_link_status"]}`;
      const expected = server === master ? "master" : `slave of ${addressOf(master)} up`;
      if (!state.startsWith(expected)) return { master, problem: `${server.name} is ${state}` };
    }
    for (const sentinel of this.sentinels) {
      const reply = await sentinel.daemon.command("SENTINEL", "CKQUORUM", MASTER);
      if (!String(reply).startsWith("OK 3 usable")) {
        return { master, problem: `${sentinel.name}: ${String(reply)}` };
      }
    }
    return { master, problem: undefined };
  }

  logs(): string {
    return this.members.map(({ daemon }) => daemon.logTail(25)).join("\n");
  }

  async stop(): Promise<void> {
    for (const { island } of this.members) island?.join();
    await Promise.all(
      this.members.map(async ({ daemon }) => {
        await daemon.stop();
      }),
    );
    this.#islands?.remove();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function programOf({ role, kind }: { readonly role: Member["role"]; readonly kind: Kind }) {
  if (role === "sentinel") return ownProgram("vedette-sentinel");
  return kind === "redis" ? realProgram("redis-server") : ownProgram("vedette-server");
}

export function addressOf({ host, daemon }: Member): string {
  return `${host}:${daemon.port}`;
}

/** What a sentinel answers within a moment; undefined when it does not. */
async function masterAt({ daemon }: Member): Promise<string | undefined> {
  const patience = new Promise<undefined>((resolve) => {
    setTimeout(resolve, 1_000, undefined);
  });
  const answer = daemon
    .command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
    .then((reply) => (Array.isArray(reply) ? reply.join(":") : undefined))
    .catch(() => undefined);
  return Promise.race([answer, patience]);
}
