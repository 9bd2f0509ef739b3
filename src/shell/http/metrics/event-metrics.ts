import { Counter, Histogram, Registry } from "prom-client";
import type { MasterName } from "../../../base/ids.ts";
import type { Millis } from "../../../base/units.ts";
import type { EventName } from "../../../sentinel/events.ts";
import type { Master } from "../../../sentinel/state.ts";
import type { FedEvent } from "../../sentinel/event-feed.ts";
import type { HttpSource } from "../source.ts";
import { seconds } from "./exposition.ts";

/** From fast detection and an idle disk to a failover-timeout that ran out. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export interface MasterCounts {
  switches: number;
  aborts: number;
  /** Seconds since 1970; 0: not since the start. */
  lastSwitchSeconds: number;
}

/** A failover as its leader sees it, event by event. */
interface Story {
  readonly cause: "auto" | "manual";
  /** When the master's trouble, or the order, began. */
  readonly beganAt: Millis;
  /** When the phase before ended. */
  phaseAt: Millis;
}

const ABORTS: Readonly<Partial<Record<EventName, string>>> = {
  "-failover-abort-not-elected": "not-elected",
  "-failover-abort-no-good-slave": "no-good-slave",
  "-failover-abort-slave-timeout": "slave-timeout",
};

/** Counters and durations that the stream of events feeds; nothing happens between events. */
export class EventMetrics {
  readonly registry = new Registry();
  readonly #source: Pick<HttpSource, "state" | "now">;
  readonly #counts = new Map<MasterName, MasterCounts>();
  readonly #stories = new Map<MasterName, Story>();
  readonly #downAt = new Map<MasterName, Millis>();
  readonly #events: Counter<"event">;
  readonly #failovers: Counter<"master" | "cause" | "result" | "reason">;
  readonly #phases: Histogram<"phase">;
  readonly #durations: Histogram<"cause">;

  constructor(source: Pick<HttpSource, "state" | "now">) {
    this.#source = source;
    const registers = [this.registry];
    this.#events = new Counter({
      name: "vedette_events_total",
      help: "Events by their names",
      labelNames: ["event"],
      registers,
    });
    this.#failovers = new Counter({
      name: "vedette_failovers_total",
      help: "Failovers that this sentinel led, by how they came about and ended",
      labelNames: ["master", "cause", "result", "reason"],
      registers,
    });
    this.#phases = new Histogram({
      name: "vedette_failover_phase_duration_seconds",
      help: "Phases of failovers: detect and agree of every sentinel, the others of the one that leads",
      labelNames: ["phase"],
      buckets: BUCKETS,
      registers,
    });
    this.#durations = new Histogram({
      name: "vedette_failover_duration_seconds",
      help: "From the first sign of trouble, or the order, to the new address, of failovers led here",
      labelNames: ["cause"],
      buckets: BUCKETS,
      registers,
    });
  }

  of(master: MasterName): Readonly<MasterCounts> {
    return this.#counts.get(master) ?? NOTHING;
  }

  take({ event, atMs }: FedEvent): void {
    const { name, about } = event;
    this.#events.inc({ event: name });
    if (about.master === undefined) return;
    if (name === "-monitor") return this.#forget(about.master);
    // Some events are about a replica of the master.
    const master = this.#source.state.masters.get(about.master);
    if (master === undefined) return;
    if (name === "+switch-master") this.#noteSwitch(master.masterName, atMs);
    if (about.role === "master") this.#takeDown(name, master);
    this.#takeStory(name, master);
  }

  #noteSwitch(master: MasterName, atMs: number): void {
    const counts = this.#countsOf(master);
    counts.switches++;
    counts.lastSwitchSeconds = seconds(atMs);
    this.#downAt.delete(master);
  }

  #takeDown(name: EventName, { masterName, link }: Master): void {
    const now = this.#source.now();
    if (name === "+sdown") {
      this.#downAt.set(masterName, now);
      this.#phases.observe({ phase: "detect" }, seconds(Math.max(0, now - link.lastOkAt)));
    } else if (name === "+odown") {
      this.#phases.observe(
        { phase: "agree" },
        seconds(now - (this.#downAt.get(masterName) ?? now)),
      );
    } else if (name === "-sdown") this.#downAt.delete(masterName);
  }

  #takeStory(name: EventName, master: Master): void {
    const { masterName } = master;
    const now = this.#source.now();
    if (name === "+try-failover") {
      const isForced = "forced" in master.failover && master.failover.forced;
      const beganAt = isForced ? now : (this.#downAt.get(masterName) ?? now);
      this.#stories.set(masterName, { cause: isForced ? "manual" : "auto", beganAt, phaseAt: now });
      return;
    }
    const story = this.#stories.get(masterName);
    if (story === undefined) return;
    const phase = PHASE_ENDS[name];
    if (phase !== undefined) {
      this.#phases.observe({ phase }, seconds(now - story.phaseAt));
      story.phaseAt = now;
    }
    if (name === "+switch-master") {
      const { cause } = story;
      this.#durations.observe({ cause }, seconds(now - story.beganAt));
      this.#failovers.inc({ master: masterName, cause, result: "ok", reason: "" });
    }
    if (name === "+failover-end") this.#stories.delete(masterName);
    const reason = ABORTS[name];
    if (reason === undefined) return;
    this.#failovers.inc({ master: masterName, cause: story.cause, result: "aborted", reason });
    this.#countsOf(masterName).aborts++;
    this.#stories.delete(masterName);
  }

  #countsOf(master: MasterName): MasterCounts {
    const known = this.#counts.get(master);
    if (known !== undefined) return known;
    const counts = { ...NOTHING };
    this.#counts.set(master, counts);
    return counts;
  }

  #forget(master: MasterName): void {
    this.#counts.delete(master);
    this.#stories.delete(master);
    this.#downAt.delete(master);
    for (const cause of ["auto", "manual"]) {
      this.#failovers.remove({ master, cause, result: "ok", reason: "" });
      for (const reason of Object.values(ABORTS)) {
        this.#failovers.remove({ master, cause, result: "aborted", reason });
      }
    }
  }
}

const NOTHING: Readonly<MasterCounts> = { switches: 0, aborts: 0, lastSwitchSeconds: 0 };

/** Which phase of the leader's work each event ends. */
const PHASE_ENDS: Readonly<Partial<Record<EventName, string>>> = {
  "+elected-leader": "elect",
  "+selected-slave": "select",
  "+promoted-slave": "promote",
  "+switch-master": "announce",
  "+failover-end": "reconfigure",
};
