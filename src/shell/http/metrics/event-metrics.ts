import { Counter, Histogram, Registry } from "prom-client";
import type { MasterName } from "../../../base/ids.ts";
import { EVENT_LEVELS } from "../../../sentinel/events.ts";
import type { Receipt } from "../../../sentinel/receipts/receipt.ts";
import type { FedEvent } from "../../sentinel/event-feed.ts";
import { readableText } from "../reply-value.ts";
import type { HttpSource } from "../source.ts";
import { seconds } from "./exposition.ts";

/** From fast detection and an idle disk to a failover-timeout that ran out. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What has happened to one master since the start. All of it is there from the beginning, as 0. */
export interface MasterCounts {
  switches: number;
  aborts: number;
  /** Seconds since 1970; 0: not since the start. */
  lastSwitchSeconds: number;
  /** By the receipts of failovers led here: what may be lost, in bytes. */
  atRiskBytes: number;
}

/** Counters and durations that events and receipts feed; nothing happens between events. */
export class EventMetrics {
  readonly registry = new Registry();
  readonly #state: HttpSource["state"];
  readonly #counts = new Map<MasterName, MasterCounts>();
  readonly #events: Counter<"event">;
  readonly #failovers: Counter<"master" | "cause" | "result">;
  readonly #phases: Histogram<"phase">;
  readonly #durations: Histogram<"cause">;

  constructor({ state }: Pick<HttpSource, "state">) {
    this.#state = state;
    const registers = [this.registry];
    this.#events = new Counter({
      name: "vedette_events_total",
      help: "Events by their names",
      labelNames: ["event"],
      registers,
    });
    // A series that begins with its first event would hide that event from rate() and increase().
    for (const [event, level] of Object.entries(EVENT_LEVELS)) {
      if (level !== "debug") this.#events.inc({ event }, 0);
    }
    this.#failovers = new Counter({
      name: "vedette_failovers_total",
      help: "Failovers and switchovers that this sentinel led, by how they came about and ended",
      labelNames: ["master", "cause", "result"],
      registers,
    });
    this.#phases = new Histogram({
      name: "vedette_failover_phase_duration_seconds",
      help: "Phases of the failovers that this sentinel led",
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
    const { name, payload, about } = event;
    this.#events.inc({ event: name });
    const { master } = about;
    if (master === undefined) return;
    if (name === "-monitor") this.#counts.delete(master);
    if (name === "+switch-master") {
      const counts = this.#countsOf(master);
      counts.switches++;
      counts.lastSwitchSeconds = seconds(atMs);
    }
    if (name === "+vedette-receipt") this.#takeReceipt(payload.split(" ")[0] ?? "");
  }

  #takeReceipt(id: string): void {
    const { history, myId } = this.#state;
    const receipt = history.entries.findLast(
      (entry): entry is Receipt =>
        entry.kind === "failover" && entry.id === id && entry.sentinel === myId,
    );
    if (receipt?.view !== "leader") return;
    const { master, cause, outcome, phases, totalMs, atRisk } = receipt;
    const isAborted = outcome.result === "aborted";
    const result = isAborted ? "aborted" : "ok";
    this.#failovers.inc({ master: readableText(master), cause, result });
    for (const { phase, ms } of phases) this.#phases.observe({ phase }, seconds(ms));
    const counts = this.#countsOf(master);
    if (isAborted) counts.aborts++;
    else this.#durations.observe({ cause }, seconds(totalMs));
    if (atRisk !== undefined) counts.atRiskBytes += atRisk.bytesAtMost ?? atRisk.bytesAtLeast;
  }

  #countsOf(master: MasterName): MasterCounts {
    const known = this.#counts.get(master);
    if (known !== undefined) return known;
    const counts = { ...NOTHING };
    this.#counts.set(master, counts);
    return counts;
  }
}

const NOTHING: Readonly<MasterCounts> = {
  switches: 0,
  aborts: 0,
  lastSwitchSeconds: 0,
  atRiskBytes: 0,
};
