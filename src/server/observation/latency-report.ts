import type { ServerState } from "../state.ts";
import type { LatencyEvent } from "./latency-events.ts";

const DISABLED =
  "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n";
const NOTHING_SEEN =
  "Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit. I honestly think you ought to sit down calmly, take a stress pill, and think things over.\n";

/** What LATENCY DOCTOR says: each event with its figures, and what may be done. */
export function latencyReport(state: ServerState): string {
  if (state.settings.latencyThresholdMs === 0) return DISABLED;
  const events = [...state.observation.latency];
  if (events.length === 0) return NOTHING_SEEN;
  const lines = events.map(([name, event], index) => `${index + 1}. ${name}: ${figures(event)}\n`);
  const advice = events.some(([name]) => name.endsWith("command")) ? SLOW_COMMANDS : "";
  return (
    "Dave, I have observed latency spikes in this Redis instance. You don't mind talking about it, do you Dave?\n\n" +
    lines.join("") +
    `\nI have a few advices for you:\n\n${advice}${LARGE_OBJECTS}`
  );
}

const SLOW_COMMANDS =
  "- Check your Slow Log to understand what are the commands you are running which are too slow to execute. Please check https://redis.io/commands/slowlog for more information.\n";
const LARGE_OBJECTS =
  "- Deleting, expiring or evicting (because of maxmemory policy) large objects is a blocking operation. If you have very large objects that are often deleted, expired, or evicted, try to fragment those objects into multiple smaller objects.\n";

function figures({ samples, maxMs }: LatencyEvent): string {
  const values = samples.map(({ milliseconds }) => milliseconds);
  const average = mean(values);
  const deviation = mean(values.map((value) => Math.abs(value - average)));
  const first = samples[0]?.unixSeconds ?? 0;
  const last = samples.at(-1)?.unixSeconds ?? 0;
  const period = Math.max(1, (last - first) / samples.length).toFixed(2);
  return `${samples.length} latency spikes (average ${Math.floor(average)}ms, mean deviation ${Math.floor(deviation)}ms, period ${period} sec). Worst all time event ${maxMs}ms.`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

const GRAPH_ROWS = 4;
const LINE = "-".repeat(80);
/** From low to high inside a row. */
const MARKS = ["_", "o", "#"];

/** LATENCY GRAPH: a column for each sample, below it how long ago it was. */
export function latencyGraph(name: string, event: LatencyEvent, unixSeconds: number): string {
  const values = event.samples.map(({ milliseconds }) => milliseconds);
  const high = Math.max(...values);
  const low = Math.min(...values);
  const levels = GRAPH_ROWS * MARKS.length - 1;
  const heights = values.map((value) =>
    high === low ? 0 : Math.round(((value - low) / (high - low)) * levels),
  );
  const rows = Array.from({ length: GRAPH_ROWS }, (_, row) => {
    const bottom = (GRAPH_ROWS - 1 - row) * MARKS.length;
    return heights.map((height) => markOf(height - bottom)).join("");
  });
  const ages = event.samples.map((sample) => shortAge(unixSeconds - sample.unixSeconds));
  const longest = Math.max(...ages.map((age) => age.length));
  const labels = Array.from({ length: longest }, (_, row) =>
    ages.map((age) => age[row] ?? " ").join(""),
  );
  const head = `${name} - high ${high} ms, low ${low} ms (all time high ${event.maxMs} ms)`;
  return `${[head, LINE, ...rows, "", ...labels].join("\n")}\n`;
}

function markOf(height: number): string {
  if (height < 0) return " ";
  return MARKS[height] ?? "|";
}

function shortAge(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
