import { toneOfEvent } from "../../advice/event-tones.ts";
import type { Tone } from "../paint.ts";
import type { Cast } from "./cast.ts";

/** One message of a sentinel's event channel. */
export interface SentinelEvent {
  /** When it arrived here, on the demo's clock. */
  readonly atMs: number;
  /** The sentinel that published it: `sentinel 2`. */
  readonly sentinel: string;
  /** `+sdown`, `+switch-master`, … */
  readonly name: string;
  readonly payload: string;
}

/** Something the demo did or saw by itself: the kill, a write acknowledged, a link up. */
export interface Moment {
  readonly atMs: number;
  readonly what: string;
  readonly who: string;
  readonly detail: string;
}

/** One line of a timeline. */
export interface Step {
  /** ms since the start of the failover. */
  readonly atMs: number;
  readonly what: string;
  readonly who: string;
  readonly detail: string;
  readonly tone: Tone;
}

/** What an event is about: `slave 127.0.0.1:7001 127.0.0.1 7001 @ mymaster 127.0.0.1 7000`. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** Events and moments as one story, in order of time. */
export function timelineOf(
  startedAtMs: number,
  events: readonly SentinelEvent[],
  moments: readonly Moment[],
  cast: Cast,
): Step[] {
  const told = events.flatMap((event): Step[] => {
    const detail = detailOf(event, cast);
    if (detail === undefined) return [];
    const { name, sentinel } = event;
    const atMs = event.atMs - startedAtMs;
    return [{ atMs, what: name, who: sentinel, detail, tone: toneOfEvent(name) }];
  });
  const seen = moments.map((moment): Step => ({
    ...moment,
    atMs: moment.atMs - startedAtMs,
    tone: moment.atMs === startedAtMs ? "bad" : "good",
  }));
  return [...told, ...seen].sort((a, b) => a.atMs - b.atMs);
}

/** @returns undefined for events that are no part of a failover's story */
function detailOf(event: SentinelEvent, cast: Cast): string | undefined {
  switch (event.name) {
    case "+sdown":
      return aboutMaster(event, "does not answer", cast);
    case "-sdown":
      return aboutMaster(event, "answers again", cast);
    case "+odown":
      return agreement(event.payload);
    case "-odown":
      return "no longer enough agree";
    case "+vote-for-leader":
      return vote(event.payload, cast);
    case "+elected-leader":
      return "leads the failover";
    case "+selected-slave":
      return `${subjectName(event.payload, cast)} is to be the master`;
    case "+promoted-slave":
      return `${subjectName(event.payload, cast)} is a master now`;
    case "+switch-master":
      return announcement(event.payload, cast);
    case "+tilt":
    case "-tilt":
      return event.payload;
    default:
      return event.name.startsWith("-failover-abort") ? "gives up, will try again" : undefined;
  }
}

function aboutMaster(event: SentinelEvent, says: string, cast: Cast): string | undefined {
  const subject = parseSubject(event.payload);
  if (subject?.kind !== "master") return undefined;
  return `${cast.serverAt(subject.host, subject.port)} ${says}`;
}

function agreement(payload: string): string {
  const [, agreeing, quorum] = /#quorum (\d+)\/(\d+)/.exec(payload) ?? [];
  return agreeing === undefined ? payload : `${agreeing} agree, quorum ${quorum}`;
}

function vote(payload: string, cast: Cast): string {
  const [id = "", epoch] = payload.split(" ");
  return `for ${cast.sentinelWithId(id)}, epoch ${epoch}`;
}

function announcement(payload: string, cast: Cast): string {
  const switched = parseSwitch(payload);
  return switched === undefined ? payload : `to ${cast.serverAt(switched.host, switched.port)}`;
}

export function subjectName(payload: string, cast: Cast): string {
  const subject = parseSubject(payload);
  if (subject === undefined) return payload;
  return subject.kind === "sentinel"
    ? cast.sentinelWithId(subject.name)
    : cast.serverAt(subject.host, subject.port);
}

/** The standard payload of events: `<kind> <name> <ip> <port>[ @ <master> <ip> <port>]`. */
export function parseSubject(payload: string): Subject | undefined {
  const [kind, name, host, port] = payload.split(" ");
  if (kind === undefined || name === undefined || host === undefined || port === undefined) {
    return undefined;
  }
  return { kind, name, host, port: Number(port) };
}

/** The payload of `+switch-master`: `<name> <old ip> <old port> <new ip> <new port>`. */
export function parseSwitch(payload: string): { host: string; port: number } | undefined {
  const [, , , host, port] = payload.split(" ");
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) };
}
