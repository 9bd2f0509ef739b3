/** What `startCluster` can be told; nothing of it is needed. */
export interface ClusterOptions {
  /** The name under which the sentinels watch the set: `mymaster`. */
  readonly masterName?: string;
  /** How many replicas follow the master: 2. */
  readonly replicas?: number;
  /** How many sentinels watch it: 3. */
  readonly sentinels?: number;
  /** Sentinels that must agree that the master is down: a majority of them. */
  readonly quorum?: number;
  /** How long the master must be silent until it counts as down, in ms: 500. */
  readonly downAfterMs?: number;
  /** Bounds each phase of a failover, in ms: 5000. */
  readonly failoverTimeoutMs?: number;
  /** `bundled` (vedette's own server), `redis` (redis-server from the PATH), or a program: `bundled`. */
  readonly server?: string;
  /** `vedette`, `redis` (redis-sentinel from the PATH), or a program: `vedette`. */
  readonly sentinel?: string;
  /** The password of servers and sentinels' links to them: none. */
  readonly password?: string;
  /** More directives for each server, written as in redis.conf: `{ maxmemory: "10mb" }`. */
  readonly serverSettings?: Readonly<Record<string, string>>;
  /** More lines for each sentinel's file: `["sentinel parallel-syncs mymaster 2"]`. */
  readonly sentinelLines?: readonly string[];
  /** How long everything may take until all know each other, in ms: 30,000. */
  readonly startWithinMs?: number;
}

export type CompleteOptions = Required<Omit<ClusterOptions, "password">> & {
  readonly password: string | undefined;
};

const LARGEST_SET = 100;

/** @throws {TypeError} that names the option and what it may be */
export function completeOptions(options: ClusterOptions): CompleteOptions {
  const { sentinels = 3 } = options;
  const complete = {
    masterName: "mymaster",
    replicas: 2,
    sentinels,
    quorum: Math.max(1, Math.floor(sentinels / 2) + 1),
    downAfterMs: 500,
    failoverTimeoutMs: 5000,
    server: "bundled",
    sentinel: "vedette",
    password: undefined,
    serverSettings: {},
    sentinelLines: [],
    startWithinMs: 30_000,
    ...given(options),
  };
  wholeNumber("replicas", complete.replicas, 0, LARGEST_SET);
  wholeNumber("sentinels", complete.sentinels, 0, LARGEST_SET);
  wholeNumber("quorum", complete.quorum, 1, Math.max(1, complete.sentinels));
  wholeNumber("downAfterMs", complete.downAfterMs, 1, 2 ** 31 - 1);
  wholeNumber("failoverTimeoutMs", complete.failoverTimeoutMs, 1, 2 ** 31 - 1);
  wholeNumber("startWithinMs", complete.startWithinMs, 1, 2 ** 31 - 1);
  if (!/^[\w.-]+$/.test(complete.masterName)) {
    throw new TypeError("masterName: expected letters, digits, '.', '-' and '_'");
  }
  const lines = [...Object.entries(complete.serverSettings).flat(), ...complete.sentinelLines];
  if (lines.some((line) => /[\r\n]/.test(line))) {
    throw new TypeError("serverSettings, sentinelLines: expected one line each");
  }
  return complete;
}

/** Without the entries that are undefined, which stand for what is usual. */
function given(options: ClusterOptions): Partial<CompleteOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function wholeNumber(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(`${name}: expected a whole number from ${least} to ${most}, not ${value}`);
}
