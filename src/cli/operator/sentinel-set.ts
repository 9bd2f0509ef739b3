import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import type { Access } from "./access.ts";
import {
  fieldsOf,
  type MasterRow,
  masterRow,
  type ReplicaRow,
  replicaRow,
  type SentinelRow,
  sentinelRow,
  tableOf,
} from "./answers.ts";
import { Conversation, isRefusal, NoAnswerError, RefusedError } from "./conversation.ts";
import { EXIT, OperatorError } from "./exit-status.ts";
import { type ToldPlan, toldPlan } from "./told-plan.ts";

/** One master as one sentinel sees it. */
export interface MasterView extends MasterRow {
  /** An operator's pause, in seconds since 1970; undefined: none. */
  readonly pausedUntil: number | undefined;
  readonly replicaRows: readonly ReplicaRow[];
  readonly sentinelRows: readonly SentinelRow[];
  /** What a failover would do now; undefined where the sentinel cannot tell, being no vedette. */
  readonly plan: ToldPlan | undefined;
}

/** Everything one sentinel says about what it watches. */
export interface SentinelView {
  readonly address: Address;
  readonly runId: string;
  /** Its `vedette_version`; undefined: a sentinel of Redis or Valkey. */
  readonly vedetteVersion: string | undefined;
  readonly redisVersion: string;
  readonly isInTilt: boolean;
  /** How many masters have settings here that other vedettes have differently. */
  readonly drifting: number;
  readonly masters: readonly MasterView[];
}

/** A sentinel that the others know and that did not answer us. */
export interface Unreached {
  readonly address: Address;
  readonly runId: string;
  readonly reason: string;
}

/** A running set of sentinels: connections to all that answer. */
export class SentinelSet {
  readonly conversations: readonly Conversation[];
  readonly unreached: readonly Unreached[];

  /**
   * Asks the places in turn until one answers, and finds the others by its knowledge.
   * @throws OperatorError when none answers, or is no sentinel
   */
  static async find(places: readonly Address[], access: Access): Promise<SentinelSet> {
    const refusals: string[] = [];
    for (const place of places) {
      try {
        const first = await Conversation.open(place, access);
        const known = await peersOf(first);
        const named = places.filter((each) => each !== place).map(unnamed);
        return await SentinelSet.#joined(first, [...known, ...named], access);
      } catch (cause) {
        if (!isNoAnswer(cause)) throw cause;
        refusals.push(`${formatAddress(place)}: ${cause.message}`);
      }
    }
    throw new OperatorError(
      `no sentinel answers: ${refusals.join("; ")}\n  expected with --from HOST:PORT (or $VEDETTE_FROM); ` +
        "a password with --pass-file or $VEDETTE_PASSWORD",
      EXIT.noAnswer,
    );
  }

  static async #joined(
    first: Conversation,
    others: readonly Peer[],
    access: Access,
  ): Promise<SentinelSet> {
    const conversations = [first];
    const unreached: Unreached[] = [];
    const ids = new Set([await myId(first)]);
    const answers = await Promise.all(
      distinct(others).map(async (peer) => {
        try {
          const conversation = await Conversation.open(peer.address, access);
          return { kind: "joined", conversation, id: await myId(conversation) } as const;
        } catch (cause) {
          if (!isNoAnswer(cause)) throw cause;
          return { kind: "silent", ...peer, reason: cause.message } as const;
        }
      }),
    );
    for (const answer of answers) {
      if (answer.kind === "silent") {
        const { address, runId, reason } = answer;
        unreached.push({ address, runId, reason });
      } else if (ids.has(answer.id)) {
        // The same sentinel by another address.
        answer.conversation.close();
      } else {
        ids.add(answer.id);
        conversations.push(answer.conversation);
      }
    }
    return new SentinelSet(conversations, unreached);
  }

  private constructor(conversations: readonly Conversation[], unreached: readonly Unreached[]) {
    this.conversations = conversations;
    this.unreached = unreached;
  }

  /** What each of them says; of all masters, or of one. */
  async views(master?: string): Promise<SentinelView[]> {
    return Promise.all(this.conversations.map((each) => viewOf(each, master)));
  }

  close(): void {
    for (const each of this.conversations) each.close();
  }
}

interface Peer {
  readonly address: Address;
  readonly runId: string;
}

function unnamed(address: Address): Peer {
  return { address, runId: "" };
}

function distinct(peers: readonly Peer[]): Peer[] {
  const found: Peer[] = [];
  for (const peer of peers) {
    const isKnown = found.some(({ address }) => sameAddress(address, peer.address));
    if (!isKnown) found.push(peer);
  }
  return found;
}

/** The other sentinels of everything that this one watches. */
async function peersOf(conversation: Conversation): Promise<Peer[]> {
  const masters = tableOf(await conversation.ask("SENTINEL", "MASTERS")).map(masterRow);
  const answers = await conversation.askAll(
    masters.map(({ name }) => ["SENTINEL", "SENTINELS", name]),
  );
  return answers
    .filter((answer) => !isRefusal(answer))
    .flatMap((answer) => {
      return tableOf(answer).map(sentinelRow);
    });
}

async function myId(conversation: Conversation): Promise<string> {
  return String(await conversation.ask("SENTINEL", "MYID"));
}

async function viewOf(conversation: Conversation, only: string | undefined): Promise<SentinelView> {
  const [id, info, ...rows] = await conversation.askAll([
    ["SENTINEL", "MYID"],
    ["INFO"],
    only === undefined ? ["SENTINEL", "MASTERS"] : ["SENTINEL", "MASTER", only],
  ]);
  const [answer] = rows;
  const masters = mastersIn(answer, only);
  const facts = infoFields(info);
  const vedetteVersion = facts.get("vedette_version");
  const names = masters.map(({ name }) => name);
  const details = await conversation.askAll([
    ...names.flatMap((name) => [
      ["SENTINEL", "REPLICAS", name],
      ["SENTINEL", "SENTINELS", name],
    ]),
    ...(vedetteVersion === undefined ? [] : names.map((name) => ["SENTINEL", "PLAN", name])),
  ]);
  const paused = pausesIn(facts);
  return {
    address: conversation.address,
    runId: String(id),
    vedetteVersion,
    redisVersion: facts.get("redis_version") ?? "",
    isInTilt: facts.get("sentinel_tilt") === "1",
    drifting: Number(facts.get("vedette_config_drift") ?? 0),
    masters: masters.map((row, index) => ({
      ...row,
      pausedUntil: paused.get(row.name),
      replicaRows: tableOf(details[2 * index]).map(replicaRow),
      sentinelRows: tableOf(details[2 * index + 1]).map(sentinelRow),
      plan: toldPlan(details[2 * names.length + index]),
    })),
  };
}

/** A master that this sentinel does not watch is no error: it is one of the things to be told. */
function mastersIn(answer: unknown, only: string | undefined): MasterRow[] {
  if (isRefusal(answer)) return [];
  return only === undefined ? tableOf(answer).map(masterRow) : [masterRow(fieldsOf(answer))];
}

/** `vedette_paused0:name=mymaster,until=1795556447`, a line a pause. */
function pausesIn(facts: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const paused = new Map<string, number>();
  for (const [field, text] of facts) {
    const [, name = "", until] = /^name=(.*),until=(\d+)$/.exec(text) ?? [];
    if (/^vedette_paused\d+$/.test(field) && until !== undefined) paused.set(name, Number(until));
  }
  return paused;
}

function infoFields(info: unknown): ReadonlyMap<string, string> {
  const lines = typeof info === "string" ? info.split(/\r?\n/) : [];
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const at = line.indexOf(":");
      return at <= 0 || line.startsWith("#") ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}

/** Not reached, or reached and not let in: for an operator the same question of where and who. */
function isNoAnswer(cause: unknown): cause is Error {
  return cause instanceof NoAnswerError || cause instanceof RefusedError;
}
