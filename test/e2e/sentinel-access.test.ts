import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { freePort } from "./harness/ports.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import type { SentinelProcess } from "./harness/sentinel-process.ts";
import { masked } from "./transcripts/masking.ts";
import { play } from "./transcripts/player.ts";

const KINDS: readonly Kind[] = ["redis", "vedette"];

const USERS = [
  "user default on nopass ~* &* +@all",
  "user watcher on >pw -@all +ping +sentinel|masters +subscribe +psubscribe &+switch-master",
  "user away off >pw +@all",
];

describeWithReal(["redis-sentinel"], "users of a sentinel, beside redis-sentinel", () => {
  const lab = new Lab();
  afterEach(async () => lab.cleanUp());

  let monitor: string;
  beforeEach(async () => {
    monitor = `sentinel monitor mymaster 127.0.0.1 ${await freePort()} 2`;
  });

  async function both(
    configOf: (kind: Kind) => readonly string[],
  ): Promise<Record<Kind, SentinelProcess>> {
    const [redis, vedette] = await Promise.all(
      KINDS.map(async (kind) => lab.sentinel(kind, { kind, config: configOf(kind) })),
    );
    if (redis === undefined || vedette === undefined) throw new Error("two kinds, two sentinels");
    return { redis, vedette };
  }

  async function transcript(sentinel: SentinelProcess, lines: readonly string[]): Promise<unknown> {
    const played = await play(lab, sentinel, { name: "", protocol: 3, lines });
    return played.map(({ line, answers }) => ({
      line,
      answers: answers.map((answer) => comparable(masked(answer, { own: sentinel.port }))),
    }));
  }

  it("may what the file says, and are refused in the same words", async () => {
    const renamed = ['rename-command SHUTDOWN ""', "rename-command ROLE part"];
    const { redis, vedette } = await both(() => [...USERS, ...renamed, monitor]);
    const lines = [
      "SHUTDOWN",
      "ROLE",
      "part",
      "AUTH away pw",
      "AUTH watcher wrong",
      "AUTH watcher pw",
      "ACL WHOAMI",
      "PING",
      "SENTINEL MASTERS x",
      "SENTINEL MASTER mymaster",
      "SENTINEL NOSUCH",
      "part",
      "SUBSCRIBE +switch-master",
      "UNSUBSCRIBE",
      "SUBSCRIBE +switch-master +sdown",
      "PSUBSCRIBE *",
      "PUBLISH __sentinel__:hello x",
      "AUTH default x",
      "ACL LOG",
      "ACL LIST",
      "ACL GETUSER watcher",
    ];
    expect(await transcript(vedette, lines)).toEqual(await transcript(redis, lines));
  });

  it("are cut off when they are deleted, and when they may listen no more", async () => {
    const { redis, vedette } = await both(() => [...USERS, monitor]);
    for (const sentinel of [redis, vedette]) {
      const listener = await lab.rawConnection(sentinel);
      listener.send("AUTH watcher pw\r\nSUBSCRIBE +switch-master\r\n");
      await listener.untilReceived("a subscription", (text) => text.includes(":1\r\n"));
      await sentinel.command("ACL", "SETUSER", "watcher", "resetchannels");
      await lab.until({ name: "the listener's end", look: () => listener.closed, holds: Boolean });
      const idler = await lab.rawConnection(sentinel);
      idler.send("AUTH watcher pw\r\n");
      await idler.untilReceived("AUTH's answer", (text) => text.includes("+OK\r\n"));
      expect(await sentinel.command("ACL", "DELUSER", "watcher")).toBe(1);
      await lab.until({ name: "the idler's end", look: () => idler.closed, holds: Boolean });
    }
  });

  it("set at run time are written at the next save, and known to the other kind", async () => {
    for (const kind of KINDS) {
      const first = await lab.sentinel("one", { kind, config: [...USERS, monitor] });
      await first.command("ACL", "SETUSER", "worker", "on", ">s", "+ping", "&+sdown");
      await first.command("ACL", "DELUSER", "away");
      await first.command("SENTINEL", "FLUSHCONFIG");
      const users = await usersOf(first);
      expect(users).toHaveLength(3);
      const other = await lab.replaceSentinel(first, kind === "redis" ? "vedette" : "redis");
      expect(await usersOf(other)).toEqual(users);
      await other.command("ACL", "DELUSER", "worker");
      await other.command("SENTINEL", "FLUSHCONFIG");
      const again = await lab.replaceSentinel(other, kind);
      expect(await again.command("ACL", "USERS")).toEqual(["default", "watcher"]);
    }
  });

  it("of a file of their own are saved and loaded as by redis-sentinel", async () => {
    const paths = {
      redis: join(lab.folder("users-redis"), "users.acl"),
      vedette: join(lab.folder("users-vedette"), "users.acl"),
    };
    for (const path of Object.values(paths)) writeFileSync(path, `${USERS.join("\n")}\n`);
    const sentinels = await both((kind) => [`aclfile ${paths[kind]}`, monitor]);
    const results = { redis: [] as unknown[], vedette: [] as unknown[] };
    for (const kind of KINDS) {
      const path = paths[kind];
      const told = async (...lines: string[]): Promise<unknown> => {
        const answers = await transcript(sentinels[kind], lines);
        return JSON.parse(JSON.stringify(answers).replaceAll(path, "<file>"));
      };
      results[kind].push(
        await told("ACL SETUSER worker on >s +ping", "ACL DELUSER away", "ACL SAVE"),
        comparable(readFileSync(path, "latin1")),
      );
      writeFileSync(path, "user default on nopass +@all\nuser new on nopass +ping\n");
      results[kind].push(await told("ACL LOAD", "ACL LIST"));
      writeFileSync(path, "user new on nopass +nosuch\nnonsense\nuser new on\n");
      results[kind].push(await told("ACL LOAD", "ACL LIST"));
      expect(sentinels[kind].config).not.toContain("user ");
    }
    expect(results.vedette).toEqual(results.redis);
  });
});

/**
 * ACL LOG tells ages, and the client's line with its buffers. The rules about commands stand in the
 * order of a hash table; whether the default user shows `sanitize-payload` depends in Redis on where
 * the user was read.
 */
function comparable(answer: string): string {
  return answer
    .replaceAll(/(\$"age-seconds": )[^}]*?(, \$"client-info")/g, "$1<age>$2")
    .replaceAll(/(\$"client-info": )\$"[^"]*"/g, "$1<client>")
    .replaceAll("sanitize-payload ", "")
    .replaceAll(/(?: \+[\w|-]+){2,}/g, (rules) => ` ${rules.trim().split(" ").sort().join(" ")}`);
}

async function usersOf(sentinel: SentinelProcess): Promise<string[]> {
  const lines = await sentinel.command("ACL", "LIST");
  if (!Array.isArray(lines)) throw new Error("ACL LIST gives a list");
  return lines.map((line) => comparable(String(line)));
}
