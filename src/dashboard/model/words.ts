import { durationText } from "../../base/quantity-text.ts";
import { toneOfEvent } from "../../advice/event-tones.ts";
import { marginText, sentinelsToSpare } from "../../advice/failover-margin.ts";
import type {
  EventItem,
  MasterDetails,
  MasterState,
  MasterSummary,
  ReplicaView,
  SentinelView,
  ServerView,
} from "../api/types.ts";

/** Colour never stands alone: each tone comes with a word. */
export type Tone = "good" | "warn" | "bad" | "busy" | "quiet";

export interface Said {
  readonly word: string;
  readonly tone: Tone;
}

const STATES: Readonly<Record<MasterState, Said>> = {
  ok: { word: "OK", tone: "good" },
  sdown: { word: "Suspected", tone: "warn" },
  odown: { word: "Down", tone: "bad" },
  failover: { word: "Failing over", tone: "busy" },
  unknown: { word: "Unknown", tone: "quiet" },
};

/** A state that a later sentinel may have invented is shown as it is. */
export function stateSaid(state: MasterState): Said {
  return (STATES as Readonly<Record<string, Said>>)[state] ?? { word: state, tone: "quiet" };
}

export function summarySaid({ state, failoverReady }: MasterSummary): Said {
  if (state === "ok" && !failoverReady) return { word: "No failover", tone: "warn" };
  return stateSaid(state);
}

function serverSaid({ down, link, downForMs }: ServerView): Said {
  const since = downForMs === null ? "" : ` for ${durationText(downForMs)}`;
  if (down === "odown") return { word: `down${since}`, tone: "bad" };
  if (down === "sdown") return { word: `not reached${since}`, tone: "bad" };
  if (link !== "up")
    return { word: link === "down" ? "no connection" : "connecting", tone: "warn" };
  return { word: "up", tone: "good" };
}

export function replicaSaid(replica: ReplicaView): Said {
  const reached = serverSaid(replica);
  if (reached.tone !== "good") return reached;
  if (replica.reportedRole === "master") return { word: "says it is a master", tone: "bad" };
  if (replica.step === "sent" || replica.step === "in-progress") {
    return { word: "changing its master", tone: "busy" };
  }
  if (replica.masterLink === "up") return { word: "replicating", tone: "good" };
  const { masterLinkDownMs } = replica;
  const since = masterLinkDownMs > 0 ? ` for ${durationText(masterLinkDownMs)}` : "";
  return { word: `link down${since}`, tone: "warn" };
}

export function masterSaid(details: MasterDetails): Said {
  const reached = serverSaid(details.master);
  if (reached.tone === "good" && details.master.reportedRole === "replica") {
    return { word: "says it is a replica", tone: "bad" };
  }
  return reached;
}

export function sentinelSaid(sentinel: SentinelView): Said {
  if (sentinel.self) return { word: "this one", tone: "good" };
  if (sentinel.down !== "no") {
    const { downForMs } = sentinel;
    return {
      word: downForMs === null ? "not reached" : `not reached for ${durationText(downForMs)}`,
      tone: "bad",
    };
  }
  if (sentinel.link !== "up") return { word: "no connection", tone: "warn" };
  return sentinel.saysMasterDown
    ? { word: "says master down", tone: "warn" }
    : { word: "reached", tone: "good" };
}

/** What may still be lost, and how bad that is. */
export function marginSaid({ quorum, replicas }: MasterDetails): Said {
  const now = {
    voters: quorum.voters,
    usable: quorum.up,
    quorum: quorum.needed,
    eligible: replicas.filter(({ promotable }) => promotable).length,
  };
  const spare = sentinelsToSpare(now);
  const text = marginText(now);
  const word = text.charAt(0).toUpperCase() + text.slice(1);
  if (spare < 0 || now.eligible === 0) return { word, tone: "bad" };
  return { word, tone: spare === 0 || now.eligible === 1 ? "warn" : "good" };
}

/** What would happen if the master died now, or will, where it is down already. */
export function deathSaid({
  ifMasterDied,
  settings,
  paused,
  state,
  failover,
}: MasterDetails): Said {
  const { promoted, reason, blockedBy } = ifMasterDied;
  if (failover.promoted !== null) return { word: `${failover.promoted} takes over`, tone: "busy" };
  if (promoted === null || paused !== null) {
    const why = blockedBy.length > 0 ? blockedBy.join("; ") : (reason ?? "no reason was told");
    return { word: `Nobody would take over: ${why}`, tone: "bad" };
  }
  const because = reason === null ? "" : ` (${reason})`;
  if (state === "odown") return { word: `${promoted} is to take over${because}`, tone: "warn" };
  return {
    word: `${promoted} would take over${because}, some ${durationText(settings.downAfterMs)} after the last answer`,
    tone: blockedBy.length === 0 ? "good" : "warn",
  };
}

const BUSY_EVENTS =
  /^(?:\+try-failover|\+elected|\+selected|\+failover-state|\+slave-reconf|\+vote)/;

export function eventTone({ name }: Pick<EventItem, "name">): Tone {
  const tone = toneOfEvent(name);
  if (tone !== "plain") return tone;
  return BUSY_EVENTS.test(name) ? "busy" : "quiet";
}

/** `12,345`. */
export function countText(count: number | null): string {
  return count === null ? "?" : count.toLocaleString("en");
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** The local time of day, with milliseconds. */
export function clockText(at: number): string {
  return Number.isFinite(at) ? CLOCK.format(at) : "?";
}

/** Day and time. */
export function dayText(at: number): string {
  return Number.isFinite(at) && at > 0 ? DAY.format(at) : "?";
}

/** In the middle: the ends of names and addresses tell them apart. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const head = Math.ceil((longest - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (longest - 1 - head))}`;
}
