import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { ownProgram } from "./harness/programs.ts";
import {
  followersOf,
  MASTER_NAME,
  startGroup,
  type WatchedGroup,
} from "./harness/watched-group.ts";

const lab = new Lab();
let group: WatchedGroup;

interface Ran {
  readonly code: number | null;
  readonly text: string;
}

let runs = 0;

/** Runs `vedette …` to its end; output and messages together, as a person sees them. */
async function vedette(...args: readonly string[]): Promise<Ran> {
  const command = await lab.run(`vedette-${++runs}`, ownProgram("vedette"), args);
  const { code } = await command.exited;
  return { code, text: command.logTail(200) };
}

function from(): string {
  return `--from=127.0.0.1:${group.sentinels[0]?.port}`;
}

function address({ port }: { readonly port: number }): string {
  return `127.0.0.1:${port}`;
}

function json(ran: Ran): Record<string, unknown> {
  // The first line is the harness's own.
  const text = ran.text.slice(ran.text.indexOf("\n"));
  return JSON.parse(text) as Record<string, unknown>;
}

beforeAll(async () => {
  group = await startGroup(lab, { data: "vedette", sentinels: ["vedette", "vedette", "vedette"] });
});
afterAll(() => lab.cleanUp());

describe("the operator's commands with a running set", () => {
  it("tell how it stands, by text and by JSON", async () => {
    await lab.until({
      name: "status says that all is well",
      look: async () => vedette("status", MASTER_NAME, from()),
      holds: ({ code }) => code === 0,
    });
    const [status, topology, check] = await Promise.all([
      vedette("status", from(), "--json"),
      vedette("topology", from()),
      vedette("check", from()),
    ]);
    expect(json(status)).toMatchObject({
      masters: [
        {
          name: MASTER_NAME,
          state: "ok",
          sentinels: { known: 3, usable: 3, toSpare: 1 },
          failoverPossible: true,
          complaints: [],
        },
      ],
    });
    for (const { port } of [...group.servers, ...group.sentinels]) {
      expect(topology.text).toContain(`127.0.0.1:${port}`);
    }
    // A quarter of a minute is no long time in a test: the one note is about that.
    expect(check).toMatchObject({ code: 0 });
    expect(check.text).toContain("3 sentinels: 1 note");
  });

  it("complete the names of masters", async () => {
    const { text } = await vedette("--get-yargs-completions", "vedette", "status", from(), "my");
    expect(text).toContain(MASTER_NAME);
  });

  it("refuse what makes no sense, each with its own exit status", async () => {
    const [nobody, unknown, unconfirmed, nonsense] = await Promise.all([
      vedette("status", "--from", "127.0.0.1:1"),
      vedette("failover", "other", from()),
      vedette("failover", MASTER_NAME, from()),
      vedette("status", "--from", "here"),
    ]);
    expect(nobody).toMatchObject({ code: 3 });
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.text).toContain(`expected one of: ${MASTER_NAME}`);
    expect(unconfirmed).toMatchObject({ code: 4 });
    expect(unconfirmed.text).toContain("nothing was done");
    expect(nonsense).toMatchObject({ code: 64 });
  });

  it("pause and resume, with the agreement of all", async () => {
    const paused = await vedette("pause", MASTER_NAME, from(), "--yes", "--for=10m", "--json");
    expect(paused).toMatchObject({ code: 0 });
    expect(json(paused)).toMatchObject({ agreed: 3, "others-could-fail-over": false });
    const status = await vedette("status", from());
    expect(status).toMatchObject({ code: 1 });
    expect(status.text).toContain("automatic failovers are paused until");
    expect(await vedette("resume", MASTER_NAME, from())).toMatchObject({ code: 0 });
    expect(await vedette("resume", MASTER_NAME, from())).toMatchObject({ code: 2 });
  });

  it("carry out a failover and a switchover back, show the events, and reset afterwards", async () => {
    const [old] = group.servers;
    const events = await lab.run("events", ownProgram("vedette"), ["events", from()]);
    await lab.until({
      name: "the events are followed",
      look: () => events.logTail(5),
      holds: (text) => text.includes("following 3 sentinels"),
    });
    const failover = await vedette("failover", MASTER_NAME, from(), "--yes", "--json");
    expect(failover).toMatchObject({ code: 0 });
    const { to } = json(failover);
    const promoted = group.servers.find(({ port }) => to === `127.0.0.1:${port}`);
    expect(promoted).toBeDefined();
    expect(promoted).not.toBe(old);
    if (promoted === undefined) return;
    await lab.until({
      name: "each of the three has told the switch",
      look: () => events.logTail(500),
      holds: (text) => text.match(/\+switch-master/g)?.length === 3,
    });
    await followersOf(lab, group, promoted);
    const back = await vedette("switchover", MASTER_NAME, from(), "--yes", `--to=${address(old)}`);
    expect(back.text).toContain(`${address(old)} is the master in place of ${address(promoted)}`);
    expect(back).toMatchObject({ code: 0 });
    await followersOf(lab, group, old);
    const reset = await vedette("reset", MASTER_NAME, from(), "--yes", "--only", from().slice(7));
    expect(reset.text).toContain("has found everybody again");
    expect(reset).toMatchObject({ code: 0 });
  });
});
