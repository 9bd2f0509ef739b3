import { everybodyOf, castOf } from "../cast.ts";
import type { Outcome } from "../simulation.ts";
import type { DrawnMessage, ProcessChange, Recorder } from "./recorder.ts";

/** What stands in a lane: something a node said, or what became of it. */
export interface Mark {
  readonly at: number;
  readonly lane: string;
  readonly text: string;
  readonly tone: Tone;
}

/** Colours of marks, by what they mean. */
export type Tone = "bad" | "good" | "vote" | "switch" | "plain";

/** A fault while it lasts, over the lanes that it hits. */
export interface FaultSpan {
  readonly at: number;
  readonly until: number;
  readonly text: string;
  readonly lanes: readonly string[];
}

/** A server's part, from then on. */
export interface RoleChange {
  readonly at: number;
  readonly node: string;
  readonly isMaster: boolean;
}

/** Everything that a drawing shows, in ms since the faults began. */
export interface Story {
  readonly lanes: readonly string[];
  readonly marks: readonly Mark[];
  readonly messages: readonly DrawnMessage[];
  readonly faults: readonly FaultSpan[];
  readonly roles: readonly RoleChange[];
  readonly processes: readonly ProcessChange[];
  readonly endsAt: number;
  readonly violation: { readonly invariant: string; readonly detail: string } | undefined;
}

/** True of every switch, told by other marks, or of no consequence. */
const UNTOLD = /^(\+slave|\+monitor|[+-]role-change|VIOLATION|faults end|fault ) ?/;
const FAULT = /^fault ([a-z-]+): (.*)$/;

export function storyOf(outcome: Outcome, recorder: Recorder): Story {
  const { plan, readable, violation, simulatedMs } = outcome;
  const beganMs = outcome.faultsBeganMs ?? 0;
  const moved = <Item extends { readonly at: number }>(item: Item) => ({
    ...item,
    at: item.at - beganMs,
  });
  const entries = outcome.entries.map(moved);
  const drawn = entries.filter(({ at, node, what }) => at >= 0 && node !== "" && isTold(what));
  const messages = recorder.messages.map((message) => ({
    ...message,
    sentAt: message.sentAt - beganMs,
    arrivesAt: message.arrivesAt === undefined ? undefined : message.arrivesAt - beganMs,
  }));
  const endsAt = simulatedMs - beganMs;
  const [only, ...others] = plan.cluster.groups;
  const group = others.length === 0 ? only?.name.replaceAll(".", "\\.") : undefined;
  const shown = messages.filter(({ sentAt }) => sentAt >= 0);
  return {
    lanes: lanesOf(outcome, shown),
    marks: drawn.map(({ at, node, what }) => ({
      at,
      lane: node,
      text: shortened(readable(what), group),
      tone: toneOf(what),
    })),
    messages: shown,
    faults: faultsOf(outcome, endsAt),
    roles: entries.flatMap(({ at, node, what }) => roleIn(at, node, what)),
    processes: recorder.changes.map(moved),
    endsAt,
    violation:
      violation === undefined
        ? undefined
        : { invariant: violation.invariant, detail: readable(violation.detail) },
  };
}

function isTold(what: string): boolean {
  return !UNTOLD.test(what) && !/^[<>] |^log /.test(what);
}

/** Everybody whom something can happen to; clients and the operator when they have a part in it. */
function lanesOf({ plan }: Outcome, messages: readonly DrawnMessage[]): string[] {
  const cast = castOf(plan.cluster);
  const clients = new Set(cast.groups.map(({ client }) => client));
  const lanes = everybodyOf(cast).filter((name) => !clients.has(name));
  return messages.some(({ from, to }) => from === "op" || to === "op") ? ["op", ...lanes] : lanes;
}

function faultsOf({ plan, entries, faultsBeganMs = 0 }: Outcome, endsAt: number): FaultSpan[] {
  const lanes = new Set(everybodyOf(castOf(plan.cluster)));
  const told = entries.flatMap(({ at, node, what }) => {
    const [, kind = "", text = ""] = FAULT.exec(what) ?? [];
    const isBeginning = node === "" && kind !== "" && !text.endsWith(" ends");
    return isBeginning ? [{ at: at - faultsBeganMs, kind, text }] : [];
  });
  return told.map(({ at, kind, text }) => {
    const planned = plan.faults.find((fault) => fault.kind === kind && fault.atMs === at);
    const lengthMs = planned?.forMs ?? 0;
    const [first = [], second = []] = text.split("|").map((side) => namesIn(side, lanes));
    const hit = second.length > 0 && second.length < first.length ? second : first;
    const until = Math.min(at + lengthMs, Math.max(at, plan.phaseMs), endsAt);
    return { at, until, text: `${kind} ${text}`, lanes: [...hit] };
  });
}

function namesIn(text: string, lanes: ReadonlySet<string>): string[] {
  return text.split(/[\s,>|]+/).filter((word) => lanes.has(word));
}

function roleIn(at: number, node: string, what: string): RoleChange[] {
  const [, role = ""] = /^(?:is|starts as) (a master|a replica of)\b/.exec(what) ?? [];
  return role === "" ? [] : [{ at, node, isMaster: role === "a master" }];
}

/** Without what is the same in every line of an installation with one master. */
function shortened(text: string, group: string | undefined): string {
  const short = text.replace(/^\+failover-state-/, "state: ").replace(/ @ \S+ \S+( \d+)?/, "");
  if (group === undefined) return short;
  return short
    .replace(new RegExp(`^(\\+switch-master) ${group} (\\S+) (\\S+)$`), "$1 $2 → $3")
    .replace(` master ${group} `, " master ");
}

function toneOf(what: string): Tone {
  if (/^(\+sdown|\+odown|-failover-abort|crashes|\+tilt)/.test(what)) return "bad";
  if (/^(-sdown|-odown|-tilt|\+failover-end|starts)/.test(what)) return "good";
  if (/^(\+new-epoch|\+vote-for-leader|\+try-failover|\+elected-leader)/.test(what)) return "vote";
  if (/^(\+switch-master|\+promoted-slave|is a |\+config-update)/.test(what)) return "switch";
  return "plain";
}
