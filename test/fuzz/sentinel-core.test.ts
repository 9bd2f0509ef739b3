import {
  initialGlobalExtensions,
  initialMasterExtensions,
} from "../../src/wire/sentinel-conf/extension-settings.ts";
import { describe, it } from "vitest";
import { masterName, parseRunId, type RunId } from "../../src/base/ids.ts";
import { epoch, millis } from "../../src/base/units.ts";
import { createSentinelState } from "../../src/sentinel/create.ts";
import type { SentinelState } from "../../src/sentinel/state.ts";
import { CoreInvariants, survivesTheFile } from "./core-invariants.ts";
import { CoreWorld } from "./core-world.ts";
import { FUZZ_SEED, FUZZ_TIMEOUT_MS, HostileDraw, isOver } from "./hostile-draw.ts";

const STEPS_PER_ROUND = 4000;
const STEPS_BETWEEN_FILES = 200;
const STEPS_BETWEEN_LOOKS = 20;
const SHOWN = 15;

function idOf(letter: string): RunId {
  const id = parseRunId(letter.repeat(40));
  if (id === undefined) throw new Error("no id");
  return id;
}

function startState(draw: HostileDraw): SentinelState {
  return createSentinelState(
    {
      durable: {
        myId: idOf("a"),
        currentEpoch: epoch(4),
        announceIp: undefined,
        announcePort: 0,
        denyScriptsReconfig: true,
        resolveHostnames: draw.once(2),
        announceHostnames: draw.once(2),
        sentinelUser: undefined,
        sentinelPass: undefined,
        logLevel: "notice",
        isMemoryLost: draw.once(8),
        extensions: initialGlobalExtensions(),
        masters: [
          {
            name: masterName("mymaster"),
            address: { host: "10.0.0.2", port: 6379 },
            quorum: 1 + draw.below(2),
            downAfterMs: 1000,
            failoverTimeoutMs: 10_000,
            parallelSyncs: 1,
            rebootDownAfterMs: 0,
            extensions: {
              ...initialMasterExtensions(),
              "crash-detection-milliseconds": draw.once(2) ? 100 : 0,
            },
            authPassSource: undefined,
            authUser: undefined,
            authPass: undefined,
            notificationScript: "/bin/true",
            clientReconfigScript: "/bin/true",
            renamedCommands: new Map(),
            configEpoch: epoch(3),
            leaderEpoch: epoch(4),
            replicas: [6380, 6381].map((port) => ({ host: "10.0.0.2", port })),
            sentinels: ["b", "c"].map((letter, index) => ({
              runId: idOf(letter),
              address: { host: "10.0.0.9", port: 26379 + index },
            })),
          },
        ],
      },
      isNew: false,
      port: 26379,
      requirePass: undefined,
    },
    { seed: draw.below(2 ** 31), now: millis(0) },
  );
}

/** One life of a sentinel. @throws with the seed and what happened last */
function live(seed: number): Set<string> {
  const draw = new HostileDraw(seed);
  const state = startState(draw);
  const world = new CoreWorld(state, draw, millis(0));
  const invariants = new CoreInvariants();
  const events = new Set<string>();
  const history: string[] = [];
  let file = "port 26379\n# a comment\n";
  world.give({ kind: "start" });
  for (let count = 1; count <= STEPS_PER_ROUND; count++) {
    const input = world.next();
    history.push(`${world.now} ${JSON.stringify(input).slice(0, 500)}`);
    if (history.length > SHOWN) history.shift();
    try {
      const effects = world.give(input);
      invariants.check(state, effects);
      if (count % STEPS_BETWEEN_LOOKS === 0) invariants.checkAll(state);
      if (count % STEPS_BETWEEN_FILES === 0) file = survivesTheFile(state, file);
      for (const effect of effects) {
        if (effect.kind === "publish-event") events.add(effect.event.name);
      }
    } catch (cause) {
      const what = history.join("\n");
      throw new Error(`seed ${seed}, step ${count}: ${String(cause)}\n${what}`, { cause });
    }
  }
  return events;
}

describe("a sentinel that is told anything", () => {
  it(
    "keeps its rules, its masters and its file",
    () => {
      const begun = Date.now();
      const events = new Set<string>();
      for (let round = 0; !isOver(round, { short: 5, begun }); round++) {
        for (const event of live(FUZZ_SEED + round)) events.add(event);
      }
      // What is never reached is not tested.
      for (const name of ["+sdown", "+odown", "+vote-for-leader", "+switch-master", "+tilt"]) {
        if (!events.has(name)) throw new Error(`${name} never happened`);
      }
    },
    FUZZ_TIMEOUT_MS,
  );
});
