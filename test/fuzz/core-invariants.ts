import { expect } from "vitest";
import type { RunId } from "../../src/base/ids.ts";
import { durableView } from "../../src/sentinel/durable.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import type { SentinelEvent } from "../../src/sentinel/events.ts";
import { majority } from "../../src/sentinel/election.ts";
import type { Instance, Master, SentinelState } from "../../src/sentinel/state.ts";
import { rewriteSentinelConf } from "../../src/wire/sentinel-conf/durable-lines.ts";
import { parseSentinelConf } from "../../src/wire/sentinel-conf/sentinel-config.ts";

/** Told of nothing more than a master can have; the parts that nobody may make grow for ever. */
const LINKS_MAX = 5000;
const ORDERED = "ordered by SENTINEL FAILOVER";

/** What must be true of a sentinel whatever it is told (design §5). */
export class CoreInvariants {
  #epoch = 0;
  /** Votes that a candidacy needs, where the rule does not say. */
  readonly #needed = new WeakMap<Master, number | undefined>();
  readonly #votes = new WeakMap<Master, { epoch: number; leader: RunId | undefined }>();
  readonly #configurations = new WeakMap<Master, { epoch: number; port: number }>();

  /** After each step. */
  check(state: SentinelState, effects: readonly Effect[]): void {
    this.#epochsGrow(state);
    for (const master of state.masters.values()) {
      this.#votesOnce(master);
      this.#configurationsAreNew(master);
    }
    for (const effect of effects) {
      isFitToTell(state, effect);
      if (effect.kind === "publish-event") this.#isElected(state, effect.event);
    }
  }

  /** Now and then: it looks at everything. */
  checkAll(state: SentinelState): void {
    for (const master of state.masters.values()) isWhole(state, master);
    isBounded(state);
  }

  /** A leader has a majority and the quorum, unless an operator ordered the failover. */
  #isElected(state: SentinelState, { name, about }: SentinelEvent): void {
    const master = about.master === undefined ? undefined : state.masters.get(about.master);
    if (master === undefined) return;
    if (name === "+try-failover") {
      this.#needed.set(master, about.reason === ORDERED ? 0 : undefined);
    } else if (name === "+elected-leader") {
      const needed = Math.max(majority(master), master.settings.quorum);
      expect(about.votes).toBeGreaterThanOrEqual(this.#needed.get(master) ?? needed);
    }
  }

  #epochsGrow(state: SentinelState): void {
    expect(Number.isSafeInteger(state.currentEpoch)).toBe(true);
    expect(state.currentEpoch).toBeGreaterThanOrEqual(this.#epoch);
    this.#epoch = state.currentEpoch;
    for (const { configEpoch, vote } of state.masters.values()) {
      expect(configEpoch).toBeLessThanOrEqual(state.currentEpoch);
      expect(vote.leaderEpoch).toBeLessThanOrEqual(state.currentEpoch);
    }
  }

  #votesOnce(master: Master): void {
    const { leader, leaderEpoch } = master.vote;
    const before = this.#votes.get(master);
    if (before !== undefined) {
      expect(leaderEpoch).toBeGreaterThanOrEqual(before.epoch);
      const isSame = leader === before.leader || leader === undefined;
      expect(leaderEpoch > before.epoch || isSame, "a second vote in an epoch").toBe(true);
    }
    const known = before?.epoch === leaderEpoch ? before.leader : undefined;
    this.#votes.set(master, { epoch: leaderEpoch, leader: leader ?? known });
  }

  #configurationsAreNew(master: Master): void {
    const before = this.#configurations.get(master);
    const { port } = master.place;
    if (before !== undefined) {
      expect(master.configEpoch).toBeGreaterThanOrEqual(before.epoch);
      const isSame = port === before.port;
      expect(master.configEpoch > before.epoch || isSame, "two masters in an epoch").toBe(true);
    }
    this.#configurations.set(master, { epoch: master.configEpoch, port });
  }
}

/** Who is known is known everywhere it has to be. */
function isWhole(state: SentinelState, master: Master): void {
  hangsTogether(state, master);
  for (const [name, replica] of master.replicas) {
    hangsTogether(state, replica);
    expect(replica.name).toBe(name);
    expect(replica.master).toBe(master);
  }
  for (const [runId, sentinel] of master.sentinels) {
    hangsTogether(state, sentinel);
    expect(runId).not.toBe(state.myId);
    expect(state.sentinelLinks.get(runId)).toBe(sentinel.link);
  }
}

function hangsTogether(state: SentinelState, { link, name }: Instance): void {
  if (state.links.get(link.id) !== link) throw new Error(`the link of ${name} is not known`);
}

function isBounded(state: SentinelState): void {
  expect(state.links.size).toBeLessThan(LINKS_MAX);
  expect(state.scripts.jobs.length).toBeLessThanOrEqual(256);
  expect(state.names.size).toBeLessThanOrEqual(state.links.size + 100);
  expect(state.schedule.size).toBeLessThanOrEqual(4 * state.links.size + 200);
  for (const link of state.links.values()) {
    if (link.owners.size === 0) throw new Error(`nobody owns the link to ${link.address.host}`);
  }
}

/** With words of an operator, or of an error: the log makes one line of them (log.ts). */
const SAYS_WHAT_OTHERS_SAID: ReadonlySet<string> = new Set([
  "+set",
  "-script-error",
  "-script-timeout",
  "-cmd-link-reconnection",
  "-pubsub-link-reconnection",
]);

function isFitToTell(state: SentinelState, effect: Effect): void {
  if (effect.kind === "publish-event") {
    const { name, payload } = effect.event;
    if (!SAYS_WHAT_OTHERS_SAID.has(name)) {
      expect(payload).not.toMatch(/[\r\n\0]/);
    }
  }
  if (effect.kind === "send" && effect.command.name === "reconfigure") {
    expect(state.tilt.mode).toBe("off");
    expect(state.links.has(effect.link)).toBe(true);
  }
}

/** What is written is read again, and nothing else. */
export function survivesTheFile(state: SentinelState, text: string): string {
  const durable = durableView(state);
  const written = rewriteSentinelConf(text, durable);
  const result = parseSentinelConf({
    main: { name: "sentinel.conf", text: written },
    commandLine: "",
    include: () => ({ kind: "unreadable", reason: "No such file" }),
    isExecutable: () => true,
  });
  if (result.kind === "mistakes") {
    const [first] = result.mistakes;
    throw new Error(`${first?.line}: ${first?.message}\n${written}`);
  }
  expect(result.config.sentinel).toEqual(durable);
  return written;
}
