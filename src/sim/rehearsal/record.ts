/** A line of what happened, in ms since the plan began. */
export interface Line {
  readonly atMs: number;
  /** Name of the node; empty for what the plan does. */
  readonly node: string;
  readonly what: string;
}

/** A fault as it happened. */
export interface Hit {
  readonly atMs: number;
  readonly text: string;
  readonly hitsMaster: boolean;
}

/** What a client of one place saw. */
export interface ClientRecord {
  /** The zone that it is in; undefined outside of all zones. */
  readonly zone: string | undefined;
  /** When its writes were acknowledged, in ms since the plan began; -1: before it. */
  readonly acknowledgedAt: readonly number[];
  /** Of its writes, those that the master of the end does not have. */
  readonly lostCount: number;
}

/** How things stood when the run ended. */
export interface EndState {
  /** Sentinels that run, reach each other and are reached by clients outside, the most there are. */
  readonly together: number;
  readonly isMasterUp: boolean;
  /** Replicas that run and are reached, and do not follow the master. */
  readonly strays: number;
  /** Servers other than the master that run and are reached. */
  readonly reachableReplicas: number;
  /** All that could agree did, and writes went on. */
  readonly isCalm: boolean;
}

/** One seed of a rehearsal. */
export interface RunRecord {
  readonly seed: number;
  readonly endMs: number;
  readonly hits: readonly Hit[];
  readonly lines: readonly Line[];
  /** Sentinels that could not hear, by the time of each switch: dead, stopped or cut off. */
  readonly outAt: readonly { readonly atMs: number; readonly nodes: readonly string[] }[];
  readonly clients: readonly ClientRecord[];
  /** Whether the old master was up and reached when another one was promoted. */
  readonly wasNeedless: boolean;
  readonly end: EndState;
}
