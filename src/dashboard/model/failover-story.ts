import { formatAddress } from "../../base/address.ts";
import type { EventItem } from "../api/types.ts";
import { eventTone, type Tone } from "./words.ts";

/** One thing that happened in a failover. */
export interface StoryStep {
  readonly id: string;
  readonly name: string;
  /** ms since the story began. */
  readonly atMs: number;
  /** ms since the step before. */
  readonly tookMs: number;
  /** Why, with the numbers, as the sentinel told it; else what the event says. */
  readonly text: string;
  readonly tone: Tone;
}

/** One failover as this sentinel saw it, from the first suspicion to its end. */
export interface Story {
  readonly startedAt: number;
  readonly steps: readonly StoryStep[];
  readonly outcome: "running" | "switched" | "given up" | "calmed down";
  readonly to: string | undefined;
}

const OPENING =
  /^(?:\+odown|\+try-failover|\+vote-for-leader|\+config-update-from|\+vedette-switchover-closing)$/;
const CLOSING = /^(?:\+failover-end(?:-for-timeout)?|-failover-abort-.*)$/;
/** Belong to a failover that is under way, wherever they come. */
const INSIDE =
  /^(?:\+vote-for-leader|\+elected-leader|\+selected-slave|\+failover-.*|\+promoted-slave|\+slave-reconf-.*|-slave-reconf-.*|\+switch-master|[+-]odown|[+-]sdown|-role-change|\+try-failover|\+config-update-from|\+convert-to-slave|[+-]vedette-.*)$/;
/** After a switch that another sentinel led, nothing more comes; the next event may be days away. */
const LONGEST_PAUSE_MS = 60_000;

interface Draft {
  readonly startedAt: number;
  readonly steps: StoryStep[];
  outcome: Story["outcome"];
  to: string | undefined;
  lastAt: number;
}

/** @param events of all masters, oldest first; @returns the failovers of this one, the newest first */
export function storiesOf(events: readonly EventItem[], master: string): Story[] {
  const stories: Draft[] = [];
  let open: Draft | undefined;
  let suspicion: EventItem | undefined;
  for (const event of events) {
    if (event.master !== master) continue;
    const at = Date.parse(event.at);
    if (open !== undefined && isOver(open, event, at)) open = undefined;
    if (open === undefined) {
      if (isSuspicion(event)) suspicion = event;
      else if (event.name === "-sdown" && event.role === "master") suspicion = undefined;
      if (!OPENING.test(event.name)) continue;
      open = opened(suspicion ?? event);
      stories.push(open);
      if (suspicion !== undefined) addStep(open, suspicion);
      suspicion = undefined;
    }
    if (INSIDE.test(event.name)) addStep(open, event);
    if (event.name === "-odown" && open.outcome === "running" && open.to === undefined) {
      open.outcome = "calmed down";
      open = undefined;
    } else if (CLOSING.test(event.name)) {
      if (event.name.startsWith("-") && open.to === undefined) open.outcome = "given up";
      open = undefined;
    }
  }
  return stories
    .filter(({ steps }) => steps.length > 0)
    .map(finished)
    .reverse();
}

/** Who was only told of a switch hears of no end: the next failover's beginning is one. */
function isOver(story: Draft, event: EventItem, at: number): boolean {
  if (at - story.lastAt > LONGEST_PAUSE_MS) return true;
  const mayBeOver = story.to !== undefined || story.outcome === "given up";
  return mayBeOver && (isSuspicion(event) || OPENING.test(event.name));
}

function isSuspicion({ name, role }: EventItem): boolean {
  return name === "+sdown" && role === "master";
}

function opened({ at }: EventItem): Draft {
  const startedAt = Date.parse(at);
  return { startedAt, steps: [], outcome: "running", to: undefined, lastAt: startedAt };
}

function addStep(story: Draft, event: EventItem): void {
  const at = Date.parse(event.at);
  story.steps.push({
    id: event.id,
    name: event.name,
    atMs: at - story.startedAt,
    tookMs: at - story.lastAt,
    text: event.reason ?? event.message,
    tone: eventTone(event),
  });
  story.lastAt = at;
  // A usual failover goes on without that promise; one that was asked for without loss ends here.
  if (event.name === "-vedette-switchover-abort") story.outcome = "given up";
  if (event.name === "+switch-master") {
    const [, , , host = "", port = ""] = event.message.split(" ");
    story.to = formatAddress({ host, port: Number(port) });
    story.outcome = "switched";
  }
}

function finished({ startedAt, steps, outcome, to }: Draft): Story {
  return { startedAt, steps, outcome, to };
}

/** A stretch of a bar of phases. */
export interface PhaseSpan {
  readonly name: string;
  readonly ms: number;
}

/** The steps that end a phase, and what the phase is called. */
const PHASE_ENDS: readonly (readonly [step: RegExp, name: string])[] = [
  [/^\+odown$/, "agree"],
  [/^\+elected-leader$/, "elect"],
  [/^\+selected-slave$/, "select"],
  [/^\+promoted-slave$/, "promote"],
  [/^\+switch-master$/, "announce"],
  [/^\+failover-end/, "reconfigure"],
];

export function phasesOf({ steps }: Story): PhaseSpan[] {
  let lastMs = 0;
  return PHASE_ENDS.flatMap(([ends, name]) => {
    const step = steps.find((each) => ends.test(each.name));
    if (step === undefined) return [];
    const ms = Math.max(0, step.atMs - lastMs);
    lastMs = step.atMs;
    return [{ name, ms }];
  });
}
