import type { Effect } from "../../sentinel/effect.ts";
import { EVENT_LEVELS, type EventName } from "../../sentinel/events.ts";
import type { Failover, Reconfiguration } from "../../sentinel/failover-phase.ts";
import type { Input } from "../../sentinel/input.ts";
import type { Tilt } from "../../sentinel/state.ts";
import { FAULT_TYPES } from "../faults/fault-types.ts";

/** Some hundred seeds reach it; or tens of thousands may have to; or none can. With the reason. */
type Reach =
  | { readonly kind: "often" }
  | { readonly kind: "seldom"; readonly reason: string }
  | { readonly kind: "never"; readonly reason: string };

const often: Reach = { kind: "often" };

function seldom(reason: string): Reach {
  return { kind: "seldom", reason };
}

function never(reason: string): Reach {
  return { kind: "never", reason };
}

type Expected<Kind extends string> = Readonly<Record<Kind, Reach>>;

/** Every transition of one kind, by where it begins. */
type Transitions<Phase extends string> = {
  readonly [From in Phase]: Expected<Exclude<Phase, From>>;
};

const NO_SCRIPTS = "the files of simulated sentinels name no scripts";
const MAINTAINED = "people must maintain the group (--maintained)";
const NO_WEBHOOKS = "the sentinels of a world have no webhooks";
const OPERATOR = "an operator must send the command for it";
const NO_OPERATOR = "no operator of a world sends the command for it";

const INPUTS: Expected<Input["kind"]> = {
  start: often,
  tick: often,
  "link-opened": often,
  "link-lost": often,
  "subscription-opened": often,
  "subscription-lost": often,
  "ping-reply": often,
  "info-reply": often,
  "hello-reply": often,
  "ask-reply": often,
  "place-reply": often,
  "reconfigure-reply": often,
  "peer-info": often,
  "vedette-reply": often,
  "order-reply": often,
  "master-reply": often,
  "peer-sentinels": seldom("somebody must have been forgotten"),
  "peer-master": often,
  "webhook-delivered": never(NO_WEBHOOKS),
  "hello-received": often,
  "hello-ignored": never("nobody in a world publishes what is no hello"),
  "client-request": often,
  "script-started": never(NO_SCRIPTS),
  "script-ended": never(NO_SCRIPTS),
  "script-failed": never(NO_SCRIPTS),
  resolved: often,
  "resolve-failed": often,
  "secrets-changed": never("files with passwords are the shell's"),
  "history-loaded": often,
  "memory-loaded": never("a simulated sentinel has its memory when it is made"),
  "wall-clock": often,
  "config-saved": often,
  "config-save-failed": often,
};

const EFFECTS: Expected<Effect["kind"]> = {
  "wake-at": often,
  poll: often,
  "webhook-heard": never(NO_WEBHOOKS),
  resolve: often,
  "open-link": often,
  "open-subscription": often,
  "close-link": often,
  send: often,
  reply: often,
  "publish-event": often,
  "save-config": often,
  record: often,
  remember: often,
  "run-script": never(NO_SCRIPTS),
  "kill-script": never(NO_SCRIPTS),
  log: often,
  "set-log-level": never(NO_OPERATOR),
  crash: never(NO_OPERATOR),
};

/** The process dies after deciding this and before doing it. */
const CRASHES: Expected<Effect["kind"]> = {
  ...EFFECTS,
  poll: seldom("it is the only effect of a late wake-up"),
  resolve: seldom("names are asked for once a connection fails"),
  "open-subscription": seldom("only servers that speak RESP2 need it"),
  "close-link": seldom("links are closed when an instance is forgotten or moved"),
  record: seldom("a few lines are written about a failover"),
  log: seldom("little is only logged"),
  "save-config": seldom("a crash is planned to come after a save"),
  "open-link": seldom("connections are opened once in a while"),
};

const EVENTS: Expected<EventName> = {
  ...everyEvent(),
  "-monitor": seldom(OPERATOR),
  "+reset-master": seldom(OPERATOR),
  "+set": seldom(OPERATOR),
  "+sentinel-address-switch": never("a sentinel that moves is known by its host name"),
  "+sentinel-address-update": never("a sentinel that moves is known by its host name"),
  "+sentinel-invalid-addr": never("the sentinels of a world announce addresses that are some"),
  "-slave-reconf-sent-timeout": seldom("an order must get lost and its server still answer"),
  "-failover-abort-slave-timeout": seldom("the promoted replica must hang for failover-timeout"),
  "+slave-reconf-sent-be": seldom("the end of a failover must be forced by its time-out"),
  "+vedette-pause": seldom(MAINTAINED),
  "-vedette-pause": seldom(MAINTAINED),
  "+vedette-pause-overruled": seldom("somebody must fail over who does not know of the pause"),
  "+vedette-downtime": seldom(MAINTAINED),
  "-vedette-downtime": seldom(MAINTAINED),
  "+vedette-cooldown": seldom(MAINTAINED),
  "-vedette-cooldown": seldom(MAINTAINED),
  "+vedette-failover-blocked": seldom(MAINTAINED),
  "+vedette-would-failover": never("no sentinel of a world only observes"),
  "+vedette-forget-replica": seldom(MAINTAINED),
  "+vedette-forget-sentinel": seldom(MAINTAINED),
  "+vedette-config-drift": seldom(
    "an operator must change one sentinel and leave it so for a while",
  ),
  "-vedette-config-drift": seldom(
    "an operator must change one sentinel and leave it so for a while",
  ),
  "-script-error": never(NO_SCRIPTS),
  "-script-timeout": never(NO_SCRIPTS),
  "+script-child": never(NO_SCRIPTS),
  "-script-child": never(NO_SCRIPTS),
};

function everyEvent(): Expected<EventName> {
  const names = Object.keys(EVENT_LEVELS) as EventName[];
  return Object.fromEntries(names.map((name) => [name, often])) as Expected<EventName>;
}

const SAVED_FIRST = "the epoch is not on disk yet in the step in which a failover is forced";
const AT_ONCE = "the vote is on disk: the order goes out in the step of the election";
const TIMED_OUT = "a time-out and the next attempt must fall together";
const ELECTED_FIRST = "whoever hands over was elected in an earlier step";
const ENDED_FIRST = "an order is only taken while nothing else is under way";
const FRESH = "whether the candidates' INFO is there already depends on their cadence";
const FORCED = "an operator's command must come in the moments before an election";

/** As seen after each step: what begins and ends within one is no transition. */
const FAILOVER: Transitions<Failover["phase"]> = {
  none: {
    preparing: often,
    "standing-by": often,
    "wait-start": often,
    "handing-over": never(ELECTED_FIRST),
    "select-replica": seldom(FORCED),
    "send-slaveof-noone": seldom(FORCED),
    "wait-promotion": never(SAVED_FIRST),
  },
  preparing: {
    none: often,
    "standing-by": never(ENDED_FIRST),
    "wait-start": often,
    "handing-over": never(ELECTED_FIRST),
    "select-replica": never(ELECTED_FIRST),
    "send-slaveof-noone": never(ELECTED_FIRST),
    "wait-promotion": never(ELECTED_FIRST),
  },
  "standing-by": {
    none: often,
    preparing: seldom(FORCED),
    "wait-start": often,
    "handing-over": never(ELECTED_FIRST),
    "select-replica": seldom(FORCED),
    "send-slaveof-noone": seldom(FORCED),
    "wait-promotion": never(SAVED_FIRST),
  },
  "wait-start": {
    none: often,
    preparing: never(ENDED_FIRST),
    "handing-over": often,
    "standing-by": seldom(TIMED_OUT),
    "select-replica": seldom(FRESH),
    "send-slaveof-noone": seldom(AT_ONCE),
    "wait-promotion": often,
  },
  "select-replica": {
    preparing: never(ENDED_FIRST),
    "handing-over": never("who hands over has chosen before"),
    none: seldom("no replica may be promoted"),
    "standing-by": seldom(TIMED_OUT),
    "wait-start": seldom(TIMED_OUT),
    "send-slaveof-noone": seldom(AT_ONCE),
    "wait-promotion": often,
  },
  "handing-over": {
    "select-replica": seldom(TIMED_OUT),
    none: often,
    preparing: never(ENDED_FIRST),
    "standing-by": seldom(TIMED_OUT),
    "wait-start": seldom(TIMED_OUT),
    "send-slaveof-noone": seldom("what was begun is taken back, and its connection just lost"),
    "wait-promotion": often,
  },
  "send-slaveof-noone": {
    preparing: never(ENDED_FIRST),
    "handing-over": never(ELECTED_FIRST),
    "select-replica": seldom(TIMED_OUT),
    none: seldom("the disk must be slower than failover-timeout"),
    "standing-by": seldom(TIMED_OUT),
    "wait-start": seldom(TIMED_OUT),
    "wait-promotion": often,
  },
  "wait-promotion": {
    preparing: never(ENDED_FIRST),
    "handing-over": never(ELECTED_FIRST),
    "select-replica": seldom(TIMED_OUT),
    none: often,
    "standing-by": seldom(TIMED_OUT),
    "wait-start": seldom(TIMED_OUT),
    "send-slaveof-noone": seldom("the connection must be lost under the order"),
  },
};

const RECONFIGURATION: Transitions<Reconfiguration["phase"]> = {
  none: { "reconf-replicas": often },
  "reconf-replicas": { none: often },
};

const TILT: Transitions<Tilt["mode"]> = { off: { on: often }, on: { off: often } };

export type Area =
  "input" | "effect" | "crash before" | "event" | "failover" | "reconfiguration" | "tilt" | "fault";

/** The key under which a point is counted. */
export function pointOf(area: Area, which: string): string {
  return `${area} ${which}`;
}

/** One thing that a run may reach. */
export interface Point {
  readonly key: string;
  readonly reach: Reach;
}

function points(area: Area, expected: Readonly<Record<string, Reach>>): Point[] {
  return Object.entries(expected).map(([which, reach]) => ({ key: pointOf(area, which), reach }));
}

/** The phases themselves, and each way from one to another. */
function phases(
  area: Area,
  transitions: Readonly<Record<string, Readonly<Record<string, Reach>>>>,
): Point[] {
  return Object.entries(transitions).flatMap(([from, to]) => [
    { key: pointOf(area, from), reach: often },
    ...Object.entries(to).map(([phase, reach]) => ({
      key: pointOf(area, `${from} → ${phase}`),
      reach,
    })),
  ]);
}

/**
 * Everything that there is to reach in the core and in the world, derived from the types: a new
 * input, effect or phase does not compile until it is here.
 */
export const POINTS: readonly Point[] = [
  ...points("input", INPUTS),
  ...points("effect", EFFECTS),
  ...points("crash before", CRASHES),
  ...points("event", EVENTS),
  ...phases("failover", FAILOVER),
  ...phases("reconfiguration", RECONFIGURATION),
  ...phases("tilt", TILT),
  ...Object.keys(FAULT_TYPES).map((kind) => ({ key: pointOf("fault", kind), reach: often })),
];
