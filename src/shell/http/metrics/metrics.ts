import { type IntervalHistogram, monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isRunning } from "../../../sentinel/script-queue.ts";
import { isConnected } from "../../../sentinel/links.ts";
import type { HttpSource } from "../source.ts";
import { EventMetrics } from "./event-metrics.ts";
import { Exposition, labelValue, seconds } from "./exposition.ts";
import { addExporterMaster, addExporterTotals } from "./exporter-series.ts";
import { EXPORTER_FAMILIES, STATE_FAMILIES, type StateFamily } from "./families.ts";
import { addMaster } from "./master-series.ts";
import { addWebhooks } from "./webhook-series.ts";

/** The loop is given back after this: everything else the sentinel does goes first. */
const TURN_MS = 3;
/** The kernel's timer that measures the loop's delay; less would wake the process more often. */
const DELAY_RESOLUTION_MS = 50;
const NANOSECONDS = 1e9;

/** What Prometheus is told. Collected when it asks; only events are counted between. */
export class Metrics {
  readonly #source: HttpSource;
  readonly #events: EventMetrics;
  readonly #delay: IntervalHistogram;
  #loop = performance.eventLoopUtilization();
  #unsubscribe: (() => void) | undefined;
  /** Two who scrape at once share one collection. */
  #underWay: Promise<readonly Buffer[]> | undefined;

  constructor(source: HttpSource) {
    this.#source = source;
    this.#events = new EventMetrics(source);
    this.#delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  }

  /** From now on events are counted, and delays measured. */
  follow(): void {
    for (const fed of this.#source.feed.since(0)) this.#events.take(fed);
    this.#unsubscribe = this.#source.feed.subscribe((fed) => this.#events.take(fed));
    this.#delay.enable();
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#delay.disable();
  }

  /** Of all metrics there are, whether they have a series now or not. */
  async names(): Promise<readonly string[]> {
    const counted = await this.#events.registry.getMetricsAsJSON();
    return [
      ...Object.keys(STATE_FAMILIES),
      ...Object.keys(EXPORTER_FAMILIES),
      ...counted.map(({ name }) => name),
    ];
  }

  /** The text for a scrape, in Prometheus' format; joining it would take longer than sending it. */
  async chunks(): Promise<readonly Buffer[]> {
    this.#underWay ??= this.#collect().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #collect(): Promise<readonly Buffer[]> {
    const { state, now } = this.#source;
    const isExporting = state.settings.extensions["http-exporter-names"];
    const out = new Exposition(STATE_FAMILIES);
    const exported = new Exposition(EXPORTER_FAMILIES);
    this.#addProcess(out);
    addWebhooks(out, this.#source.webhooks.read());
    if (isExporting) addExporterTotals(exported, state);
    const pace = new Pace();
    // Masters may come and go while the loop is given back: the map's own order bears that.
    for (const master of state.masters.values()) {
      addMaster(out, { state, master, now: now() }, this.#events);
      if (isExporting) addExporterMaster(exported, master, now());
      if (!pace.isOver()) continue;
      out.settle();
      exported.settle();
      await pace.next();
    }
    const counted = Buffer.from(await this.#events.registry.metrics());
    return [...out.chunks(), ...(isExporting ? exported.chunks() : []), counted];
  }

  #addProcess(out: Exposition<StateFamily>): void {
    const { state, facts, counts } = this.#source;
    const version = `version="${labelValue(facts.version)}",node="${process.version}"`;
    out.add("vedette_build_info", version, 1);
    out.add("vedette_start_time_seconds", "", seconds(facts.startedAtMs));
    out.add("vedette_masters", "", state.masters.size);
    out.add("vedette_current_epoch", "", state.currentEpoch);
    out.flag("vedette_tilt", "", state.tilt.mode === "on");
    const links = [...state.links.values()];
    out.add("vedette_links", "", links.length);
    out.add("vedette_links_open", "", links.filter(isConnected).length);
    out.flag("vedette_config_save_failing", "", state.saves.retryAt !== undefined);
    const { jobs } = state.scripts;
    out.add("vedette_scripts_running", "", jobs.filter(isRunning).length);
    out.add("vedette_scripts_queued", "", jobs.length);
    const { clients, commands, subscribers } = counts();
    out.add("vedette_clients", "", clients);
    out.add("vedette_subscribers", "", subscribers);
    out.add("vedette_commands_total", "", commands);
    const { user, system } = process.cpuUsage();
    out.add("process_cpu_seconds_total", "", (user + system) / 1e6);
    out.add("process_resident_memory_bytes", "", process.memoryUsage.rss());
    this.#addLoop(out);
  }

  #addLoop(out: Exposition<StateFamily>): void {
    const delay = this.#delay;
    const measured = { max: delay.max, "0.99": delay.percentile(99) };
    for (const [quantile, nanoseconds] of Object.entries(measured)) {
      // What it measures is the time from one wake-up of its own to the next.
      const late = nanoseconds / NANOSECONDS - seconds(DELAY_RESOLUTION_MS);
      out.add("vedette_loop_delay_seconds", `quantile="${quantile}"`, Math.max(0, late));
    }
    delay.reset();
    const loop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(loop, this.#loop);
    this.#loop = loop;
    out.add("vedette_loop_utilization_ratio", "", utilization);
  }
}

/** Gives the loop back when its turn is over. */
class Pace {
  #beganAt = performance.now();

  isOver(): boolean {
    return performance.now() - this.#beganAt >= TURN_MS;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#beganAt = performance.now();
  }
}
