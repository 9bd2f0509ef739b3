import { ScenarioError } from "./scenario-error.ts";

/** Between the commands of a scenario and its transcript. */
export const SEPARATOR = "----";

/** One thing that is done in a scenario. Nodes are named as in the transcript. */
export type Command =
  | { readonly kind: "cluster"; readonly settings: ClusterSettings }
  | { readonly kind: "run"; readonly durationMs: number }
  /** Runs until some sentinel publishes the event. */
  | { readonly kind: "run-until"; readonly event: string; readonly withinMs: number }
  | {
      readonly kind: "crash" | "power-off" | "start" | "start-empty" | "pause" | "resume";
      readonly node: string;
    }
  /** Without `from`: from everybody. */
  | { readonly kind: "cut"; readonly node: string; readonly from: string | undefined }
  /** What `node` sends does not reach `to`; the other direction works. */
  | { readonly kind: "cut-one-way"; readonly node: string; readonly to: string }
  | { readonly kind: "heal" }
  | { readonly kind: "disk"; readonly node: string; readonly state: "full" | "good" }
  | { readonly kind: "slow-disk"; readonly node: string; readonly extraMs: number }
  /** A node that is down comes back under another address when it is started. */
  | { readonly kind: "move"; readonly node: string }
  | { readonly kind: "name"; readonly node: string; readonly state: "gone" | "right" }
  | { readonly kind: "names"; readonly state: "stalled" | "good" }
  | { readonly kind: "priority"; readonly node: string; readonly priority: number }
  /** A command for a sentinel, from an operator. */
  | {
      readonly kind: "order";
      readonly node: string;
      readonly args: readonly [string, ...string[]];
    }
  /** Writes down who takes whom for the master. */
  | { readonly kind: "show" }
  /** How many writes every server has. */
  | { readonly kind: "data" };

export interface ClusterSettings {
  readonly sentinels: number;
  readonly replicas: number;
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly parallelSyncs: number;
  /** One way, in ms. */
  readonly delayMs: number;
  /** Until a full copy arrives; a real server waits 5 s before it begins one. */
  readonly fullSyncMs: number;
  readonly seed: number;
  /** 1: hosts have names and announce them. */
  readonly names: number;
}

export interface PlacedCommand {
  readonly line: number;
  readonly command: Command;
}

const DEFAULT_CLUSTER: ClusterSettings = {
  sentinels: 3,
  replicas: 2,
  quorum: 2,
  downAfterMs: 1_000,
  failoverTimeoutMs: 10_000,
  parallelSyncs: 1,
  delayMs: 1,
  fullSyncMs: 50,
  seed: 3,
  names: 0,
};

/**
 * Reads the commands of a scenario: one a line, `#` for comments, until the separator.
 * @throws {ScenarioError} at the first line that makes no sense
 */
export function parseScenario(text: string): PlacedCommand[] {
  const commands: PlacedCommand[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === SEPARATOR) break;
    if (line === "" || line.startsWith("#")) continue;
    commands.push({ line: index + 1, command: parseCommand(line.split(/ +/), index + 1) });
  }
  const first = commands[0];
  if (first?.command.kind !== "cluster") {
    throw new ScenarioError(first?.line ?? 1, "the first command must be 'cluster'");
  }
  return commands;
}

function parseCommand(words: readonly string[], line: number): Command {
  const [verb = "", ...rest] = words;
  const [node = "", word = "", other = ""] = rest;
  const need = (holds: boolean, usage: string) => {
    if (!holds) throw new ScenarioError(line, `expected '${usage}'`);
  };
  switch (verb) {
    case "cluster":
      return { kind: "cluster", settings: parseCluster(rest, line) };
    case "run":
      if (node === "until") {
        need(rest.length === 4 && rest[2] === "within", "run until EVENT within TIME");
        const withinMs = parseTime(rest[3] ?? "", line);
        return { kind: "run-until", event: word, withinMs };
      }
      need(rest.length === 1, "run TIME");
      return { kind: "run", durationMs: parseTime(node, line) };
    case "crash":
    case "power-off":
    case "pause":
    case "resume":
      need(rest.length === 1, `${verb} NODE`);
      return { kind: verb, node };
    case "start":
      need(rest.length === 1 || (rest.length === 2 && word === "empty"), "start NODE [empty]");
      return { kind: word === "empty" ? "start-empty" : "start", node };
    case "cut":
      if (word === "to") {
        need(rest.length === 3, "cut NODE to NODE");
        return { kind: "cut-one-way", node, to: other };
      }
      need(rest.length === 1 || (rest.length === 3 && word === "from"), "cut NODE [from NODE]");
      return { kind: "cut", node, from: rest.length === 3 ? other : undefined };
    case "heal":
      need(rest.length === 0, "heal");
      return { kind: "heal" };
    case "disk":
      return parseDisk(rest, line);
    case "move":
      need(rest.length === 1, "move NODE");
      return { kind: "move", node };
    case "name":
      if (word !== "gone" && word !== "right") {
        throw new ScenarioError(line, "expected 'name NODE gone|right'");
      }
      return { kind: "name", node, state: word };
    case "names":
      if (node !== "stalled" && node !== "good") {
        throw new ScenarioError(line, "expected 'names stalled|good'");
      }
      return { kind: "names", state: node };
    case "priority":
      need(rest.length === 2 && /^\d+$/.test(word), "priority NODE NUMBER");
      return { kind: "priority", node, priority: Number(word) };
    case "order": {
      const [, first, ...more] = rest;
      need(first !== undefined, "order SENTINEL COMMAND ...");
      return { kind: "order", node, args: [first ?? "", ...more] };
    }
    case "data":
      need(rest.length === 0, "data");
      return { kind: "data" };
    case "show":
      need(rest.length === 0, "show");
      return { kind: "show" };
    default:
      throw new ScenarioError(line, `there is no command '${verb}'`);
  }
}

function parseDisk(rest: readonly string[], line: number): Command {
  const [node = "", state = "", time = ""] = rest;
  if (rest.length === 2 && (state === "full" || state === "good")) {
    return { kind: "disk", node, state };
  }
  if (rest.length === 3 && state === "slow") {
    return { kind: "slow-disk", node, extraMs: parseTime(time, line) };
  }
  throw new ScenarioError(line, "expected 'disk SENTINEL full|good|slow TIME'");
}

function parseCluster(words: readonly string[], line: number): ClusterSettings {
  const given: Record<string, number> = {};
  for (const word of words) {
    const [name = "", value = ""] = word.split("=");
    const setting = CLUSTER_SETTINGS.get(name);
    if (setting === undefined) {
      const known = [...CLUSTER_SETTINGS.keys()].join(", ");
      throw new ScenarioError(line, `'${name}' is no setting of a cluster (${known})`);
    }
    given[setting.field] = setting.isTime ? parseTime(value, line) : parseCount(value, line);
  }
  return { ...DEFAULT_CLUSTER, ...given };
}

const CLUSTER_SETTINGS: ReadonlyMap<
  string,
  { readonly field: keyof ClusterSettings; readonly isTime: boolean }
> = new Map([
  ["sentinels", { field: "sentinels", isTime: false }],
  ["replicas", { field: "replicas", isTime: false }],
  ["quorum", { field: "quorum", isTime: false }],
  ["parallel-syncs", { field: "parallelSyncs", isTime: false }],
  ["names", { field: "names", isTime: false }],
  ["seed", { field: "seed", isTime: false }],
  ["down-after", { field: "downAfterMs", isTime: true }],
  ["failover-timeout", { field: "failoverTimeoutMs", isTime: true }],
  ["full-sync", { field: "fullSyncMs", isTime: true }],
  ["delay", { field: "delayMs", isTime: true }],
]);

function parseCount(text: string, line: number): number {
  if (!/^\d+$/.test(text)) throw new ScenarioError(line, `expected a number, not '${text}'`);
  return Number(text);
}

/** @returns milliseconds */
function parseTime(text: string, line: number): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
  if (number === "")
    throw new ScenarioError(line, `expected a time like 500ms or 8s, not '${text}'`);
  return Number(number) * (unit === "s" ? 1000 : 1);
}
