import { afterEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { describeWithReal } from "./harness/programs.ts";
import type { SentinelProcess } from "./harness/sentinel-process.ts";
import { MASTER_NAME, newMasterAfter, startGroup } from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

/** A map reply of RESP2, or a list of one. */
async function mapFrom(sentinel: SentinelProcess, ...words: readonly (string | number)[]) {
  const reply = await sentinel.command("SENTINEL", ...words);
  if (!Array.isArray(reply)) throw new Error(`no map: ${JSON.stringify(reply)}`);
  const texts = reply.map(String);
  return Object.fromEntries(
    texts.flatMap((text, at) => (at % 2 === 0 ? [[text, texts[at + 1] ?? ""]] : [])),
  );
}

async function paused(sentinels: readonly SentinelProcess[]): Promise<readonly boolean[]> {
  const masters = await Promise.all(
    sentinels.map(async (each) => each.instances("MASTER", MASTER_NAME)),
  );
  return masters.map(([master]) => master?.["vedette-paused-until"] !== undefined);
}

it("three vedettes are paused together, across a restart, and fail over once they are told to go on", async () => {
  const group = await startGroup(lab, {
    data: "vedette",
    sentinels: ["vedette", "vedette", "vedette"],
  });
  const [first, second, third] = group.sentinels;
  if (first === undefined || second === undefined || third === undefined) throw new Error("three");
  const [master] = group.servers;

  const words = ["PAUSE", MASTER_NAME, "SECONDS", 120, "REASON", "new", "kernel"] as const;
  expect(await mapFrom(first, ...words)).toMatchObject({
    agreed: "3",
    "others-could-fail-over": "no",
  });
  expect(await paused(group.sentinels)).toEqual([true, true, true]);
  expect(second.config).toMatch(/^vedette maintenance mymaster pause on .* "new kernel"$/m);

  await second.crash();
  await second.start();
  await master.crash();
  await lab.until({
    name: "a sentinel finds the master down and says why it does not fail over",
    look: () => group.sentinels.map(({ process }) => process.log).join("\n"),
    holds: (log) => log.includes("+sdown"),
    withinMs: 20_000,
  });
  expect(await paused(group.sentinels)).toEqual([true, true, true]);
  expect(await third.masterAddress(MASTER_NAME)).toBe(`127.0.0.1:${master.port}`);

  expect(await mapFrom(third, "RESUME", MASTER_NAME)).toMatchObject({ "paused-until": "0" });
  await newMasterAfter(lab, group, master);
});

it("three of four vedettes agree to forget the fourth, and take it back when it returns", async () => {
  const group = await startGroup(lab, {
    data: "vedette",
    sentinels: ["vedette", "vedette", "vedette", "vedette"],
  });
  const [first, , , fourth] = group.sentinels;
  if (first === undefined || fourth === undefined) throw new Error("four");
  const id = String(await fourth.command("SENTINEL", "MYID"));
  const living = group.sentinels.slice(0, 3);
  const counted = async () =>
    Promise.all(
      living.map(async (each) => {
        const [master] = await each.instances("MASTER", MASTER_NAME);
        return master?.["num-other-sentinels"];
      }),
    );

  expect(await said(first, id)).toContain("it is not down here");
  await fourth.crash();
  const answer = await lab.until({
    name: "all find it down, have been up for long enough, and agree",
    look: async () => said(first, id),
    holds: (text) => text.includes(id),
    withinMs: 40_000,
  });
  expect(answer).toContain(id);
  await lab.until({
    name: "all of them count one less",
    look: counted,
    holds: (counts) => counts.every((count) => count === "2"),
    withinMs: 10_000,
  });
  expect(first.config).toContain(`vedette forgotten ${MASTER_NAME} ${id} sentinel `);

  await fourth.start();
  await lab.until({
    name: "it is counted again, and may vote again",
    look: async () => [...(await counted()), ...living.map(({ config }) => config)],
    holds: ([a, b, c, ...files]) =>
      [a, b, c].every((count) => count === "3") &&
      files.every((file) => file?.includes(`${id} returned `) === true),
    withinMs: 40_000,
  });
});

/** What the sentinel answers to FORGET of that one. */
async function said(sentinel: SentinelProcess, id: string): Promise<string> {
  try {
    return JSON.stringify(
      await sentinel.command("SENTINEL", "FORGET", MASTER_NAME, "SENTINEL", id),
    );
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

describeWithReal(["redis-sentinel", "redis-server"], "beside three real sentinels", () => {
  it("an observer is counted by nobody, says what it would do, and follows their failover", async () => {
    const group = await startGroup(lab, { data: "redis", sentinels: ["redis", "redis", "redis"] });
    const [master] = group.servers;
    const observer = await lab.sentinel("observer", {
      kind: "vedette",
      config: [
        `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 2`,
        `sentinel down-after-milliseconds ${MASTER_NAME} 500`,
        "vedette observe-only yes",
      ],
    });
    await lab.until({
      name: "the observer knows the three",
      look: async () => (await observer.instances("SENTINELS", MASTER_NAME)).length,
      holds: (count) => count === 3,
      withinMs: 20_000,
    });

    await master.crash();
    await newMasterAfter(lab, { ...group, sentinels: [...group.sentinels, observer] }, master);
    expect(observer.process.log).toContain("+vedette-would-failover");
    expect(observer.process.log).not.toContain("+try-failover");
    expect(await othersOf(group.sentinels)).toEqual(["2", "2", "2"]);
  });

  it("a vedette says who could fail over past its pause, gives advice, and sees their settings differ", async () => {
    const group = await startGroup(lab, {
      data: "redis",
      sentinels: ["vedette", "redis", "redis"],
    });
    const [vedette, real] = group.sentinels;
    if (vedette === undefined || real === undefined) throw new Error("three");
    expect(await mapFrom(vedette, "PAUSE", MASTER_NAME, "SECONDS", 60)).toMatchObject({
      agreed: "1",
      "not-vedettes": "2",
      "others-could-fail-over": "yes",
    });
    const id = String(await real.command("SENTINEL", "MYID"));
    expect(await said(vedette, id)).toMatch(/^ADVICE 1 of the other sentinels .*SENTINEL RESET/);

    await real.command("SENTINEL", "SET", MASTER_NAME, "quorum", 3);
    // It looks once a minute, and with each connection.
    await vedette.crash();
    await vedette.start();
    await lab.until({
      name: "the drift is told",
      look: () => vedette.process.log,
      holds: (log) => log.includes("+vedette-config-drift") && log.includes("quorum 2 there 3"),
      withinMs: 40_000,
    });
  });
});

async function othersOf(sentinels: readonly SentinelProcess[]): Promise<readonly unknown[]> {
  const masters = await Promise.all(
    sentinels.map(async (each) => each.instances("MASTER", MASTER_NAME)),
  );
  return masters.map(([master]) => master?.["num-other-sentinels"]);
}
