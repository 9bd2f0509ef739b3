import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { freePort } from "./harness/ports.ts";
import { describeWithReal } from "./harness/programs.ts";
import type { SentinelProcess } from "./harness/sentinel-process.ts";
import { MASTER_NAME } from "./harness/watched-group.ts";
import {
  ADDED,
  DIFFERENT_ON_PURPOSE,
  OWN_INFO_FIELDS,
  UNORDERED,
} from "./transcripts/differences.ts";
import { masked } from "./transcripts/masking.ts";
import { play, type Played, scriptsOf } from "./transcripts/player.ts";

const TEXT = readFileSync(
  join(import.meta.dirname, "transcripts", "sentinel-commands.txt"),
  "utf8",
);

/**
 * The same commands to a redis-sentinel and to ours, which watch the same servers and know each
 * other: every reply must be the same, but for ids and times. What differs on purpose is listed in
 * transcripts/differences.ts, with its reason.
 */
describeWithReal(["redis-server", "redis-sentinel"], "transcripts of a sentinel's commands", () => {
  const lab = new Lab();
  afterAll(async () => lab.cleanUp());

  let real: SentinelProcess;
  let ours: SentinelProcess;
  const values: Record<string, string> = {};
  let epoch = 100;

  beforeAll(async () => {
    const master = await lab.dataServer("master", { kind: "redis" });
    const settings = { replicaof: `127.0.0.1 ${master.port}` };
    await lab.dataServer("replica", { kind: "redis", settings });
    const lonely = await lab.dataServer("lonely", { kind: "redis" });
    const config = [`sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 2`];
    real = await lab.sentinel("real", { kind: "redis", config });
    ours = await lab.sentinel("ours", { kind: "vedette", config });
    values["master"] = String(master.port);
    values["lonely"] = String(lonely.port);
    values["closed"] = String(await freePort());
    await lab.until({
      name: "both know each other and the replica",
      look: async () =>
        Promise.all(
          [real, ours].map(async (sentinel) => {
            const [watched] = await sentinel.instances("MASTER", MASTER_NAME);
            const [replica] = await sentinel.instances("REPLICAS", MASTER_NAME);
            return `${watched?.["num-other-sentinels"]} other, ${replica?.["master-link-status"]}`;
          }),
        ),
      holds: (all) => all.every((each) => each === "1 other, ok"),
      withinMs: 60_000,
    });
  });

  async function answersOf(
    sentinel: SentinelProcess,
    other: SentinelProcess,
    index: number,
  ): Promise<Played[]> {
    // Epochs spread between the two by hellos: each script begins above all that were used.
    epoch += 100;
    const epochs = { before: epoch - 1, epoch, next: epoch + 1 };
    const texts = Object.entries(epochs).map(([name, each]) => [name, String(each)] as const);
    const script = scriptsOf(TEXT, { ...values, ...Object.fromEntries(texts) })[index];
    if (script === undefined) throw new Error("no script");
    const played = await play(lab, sentinel, script);
    const ports = { own: sentinel.port, other: other.port, ...epochs };
    return played.map(({ line, answers }) => {
      return { line: masked(line, ports), answers: answers.map((answer) => masked(answer, ports)) };
    });
  }

  it("INFO has redis-sentinel's sections and fields, in its order", async () => {
    const theirs = await infoFieldsOf(real);
    const answered = await infoFieldsOf(ours);
    expect(answered.filter((field) => !OWN_INFO_FIELDS.has(field))).toEqual(theirs);
    expect(answered).toEqual(expect.arrayContaining([...OWN_INFO_FIELDS]));
  });

  // The values are known when the servers run; the names of the scripts already now.
  for (const [index, { name }] of scriptsOf(TEXT, {}).entries()) {
    describe(name, () => {
      it("is answered as by redis-sentinel", async () => {
        const theirs = await answersOf(real, ours, index);
        const answered = await answersOf(ours, real, index);
        expect(withoutKnown(answered)).toEqual(withoutKnown(theirs));
      });
    });
  }
});

async function infoFieldsOf(sentinel: SentinelProcess): Promise<string[]> {
  const text = await sentinel.text("INFO");
  return text.split("\r\n").map((line) => line.split(":")[0] ?? "");
}

function withoutKnown(played: readonly Played[]): readonly Played[] {
  return played
    .filter(({ line }) => !DIFFERENT_ON_PURPOSE.some(({ command }) => command.test(line)))
    .map(({ line, answers }) => {
      const common = answers.map((answer) => withoutAdded(answer));
      return { line, answers: UNORDERED.test(line) ? common.map(sorted) : common };
    });
}

function withoutAdded(answer: string): string {
  return ADDED.reduce((text, added) => text.replaceAll(added.text, ""), answer);
}

/** The items of a printed list of plain texts. */
function sorted(answer: string): string {
  const [, type = "", items] = /^([*~])\[(.*)\]$/.exec(answer) ?? [];
  return items === undefined ? answer : `${type}[${items.split(", ").sort().join(", ")}]`;
}
