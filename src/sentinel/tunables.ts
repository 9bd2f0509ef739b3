/**
 * The timers that `SENTINEL DEBUG` shows and sets, all in milliseconds.
 * Source: sentinel spec §1.1.
 */
export interface Tunables {
  /** Cadence of INFO to masters and calm replicas. */
  infoPeriodMs: number;
  /** Upper bound of the ping cadence, and of the wait between two attempts to connect. */
  pingPeriodMs: number;
  /** A peer that answered is asked again about a down master after this. */
  askPeriodMs: number;
  /** Cadence of hellos, for each instance. */
  publishPeriodMs: number;
  /** `down-after-milliseconds` of masters created later; also what a rewrite leaves out. */
  defaultDownAfterMs: number;
  /** `failover-timeout` of masters created later; also what a rewrite leaves out. */
  defaultFailoverTimeoutMs: number;
  /** A wake-up later than this enters TILT. */
  tiltTriggerMs: number;
  tiltPeriodMs: number;
  /** How long a replica may take from the order to follow the new master to obeying it. */
  replicaReconfTimeoutMs: number;
  /** A younger connection is never recycled for silence. */
  minLinkReconnectPeriodMs: number;
  electionTimeoutMs: number;
  scriptMaxRuntimeMs: number;
  scriptRetryDelayMs: number;
}

export const DEFAULT_TUNABLES: Readonly<Tunables> = {
  infoPeriodMs: 10_000,
  pingPeriodMs: 1_000,
  askPeriodMs: 1_000,
  publishPeriodMs: 2_000,
  defaultDownAfterMs: 30_000,
  defaultFailoverTimeoutMs: 180_000,
  tiltTriggerMs: 2_000,
  tiltPeriodMs: 30_000,
  replicaReconfTimeoutMs: 10_000,
  minLinkReconnectPeriodMs: 15_000,
  electionTimeoutMs: 10_000,
  scriptMaxRuntimeMs: 60_000,
  scriptRetryDelayMs: 30_000,
};

/** INFO cadence of a replica whose master is failing over, or whose own state is unsettled (§1.2). */
export const FAST_INFO_PERIOD_MS = 1_000;

/** INFO cadence while the next step of a failover waits for what the replica says (W-01). */
export const EAGER_INFO_PERIOD_MS = 50;

/**
 * A master is fresh for this long after the switch to it: its replicas arrive, so INFO is polled
 * fast (W-28), and a peer that holds it for down while it answers here gets no vote (W-04).
 */
export const FRESH_MASTER_MS = 5_000;

/**
 * Pause between two asks of a peer that does not (yet) see a master down, doubled with each answer
 * up to the ask period. Lower asks more often while opinions differ; a question costs one small
 * command.
 */
export const ASK_BACKOFF_FIRST_MS = 50;

/** A peer whose question tells that it worries as well is asked back, this long after its last no. */
export const ASK_BACK_GAP_MS = 5;

/**
 * Sentinels that see a master objectively down at the same moment start their elections this far
 * apart, in an order all of them compute alike. It should exceed a vote's way there and back with
 * one disk sync; more only delays the failover when the first in order is itself gone.
 */
export const ELECTION_STAGGER_MS = 40;

/**
 * The distance grows by this for each other master that is down as well: every vote for one of them
 * is in the way of this one's, and all are saved together.
 */
export const ELECTION_STAGGER_PER_MASTER_MS = 2;
export const ELECTION_STAGGER_MOST_MS = 400;

/**
 * Elections of different masters that begin within this take one epoch together (W-06). More would
 * only matter to an epoch that was forgotten on the way.
 */
export const SHARED_EPOCH_MS = 2_000;

/**
 * How long a sentinel that has just begun to watch a master, and knows no other sentinel of it, waits
 * for others to speak up before it elects itself alone: more than two hello periods. With quorum 1
 * each of several would be a majority of itself.
 */
export const ALONE_AFTER_MS = 5_000;

/** After this many fruitless elections a sentinel stands aside (design §4). */
export const FRUITLESS_ELECTIONS_MAX = 3;

/**
 * Sentinels that can prove that a former master is a zombie fence it this far apart, in the order of
 * elections: more than an order's way to the server, so that one of them does it.
 */
export const FENCE_STAGGER_MS = 40;

/** How long a proven fence waits for a vedette that has not answered yet: it may know better. */
export const FENCE_PATIENCE_MS = 100;

/** A zombie that does not obey is ordered again after this. */
export const FENCE_REPEAT_MS = 1_000;

/** A former master that was told to follow, and does not, is told again after more than this. */
export const CORRECTION_REPEAT_MS = 1_000;

/** INFO cadence of a former master that loads its data: it is fenced before it takes a write. */
export const LOADING_ZOMBIE_INFO_PERIOD_MS = 100;

/**
 * A host must turn connections away for this long before the word of its replicas counts: two attempts. A restart that
 * takes no longer is none.
 */
export const TURNED_AWAY_MS = 100;

/** A replica's stream counts as flowing for this long after it was seen to, where down-after is shorter. */
export const WITNESS_FRESH_MS = 2_000;

/** A connection that is not open after this is given up (W-22). */
export const CONNECT_TIMEOUT_MS = 2_000;

/**
 * A new link is opened this long after the one before it, once OPENINGS_AT_ONCE have been. Lower
 * knows many masters sooner; higher leaves more room for clients meanwhile.
 */
export const OPENING_GAP_MS = 0.75;
export const OPENINGS_AT_ONCE = 60;

/**
 * Pings and hellos of different instances leave together when they are due this close to each other:
 * each wake-up costs as much as several pings.
 */
export const GATHERING_MS = 10;

/**
 * A master is pinged this often within down-after, no more often than each so many ms, and only by a sentinel with no
 * more links than this: what a hundred masters cost must not grow.
 */
export const MASTER_PINGS = 4;
export const MASTER_PING_PERIOD_MIN_MS = 100;
export const LINKS_PINGED_OFTEN = 100;

/** Hello and INFO leave with the ping before them when they are due this soon after it. */
export const RIDING_MS = 100;

/** First pause after a failed attempt to connect; doubles up to the ping period (W-22, W-35). */
export const RECONNECT_FIRST_MS = 100;

/**
 * A question to the resolver is given up after this; the last good IP serves on. Resolvers try for 5
 * s and more, and who asks again joins the question that is still under way.
 */
export const RESOLVE_DEADLINE_MS = 2_000;

/** A name is asked for at most this often. */
export const RESOLVE_GAP_MS = 1_000;

/** A name that is only compared, not connected to, is asked for again when it is older than this. */
export const NAME_FRESH_MS = 10_000;

/** A wake-up later than this lets waiting sockets speak before any deadline is judged (design §5). */
export const LATE_WAKE_UP_MS = 20;

/** A save that failed is tried again after this. */
export const SAVE_RETRY_MS = 1_000;

/**
 * As many replicas and other sentinels of one master are believed. Redis knows no bound: whoever may
 * PUBLISH a hello, or answers INFO in the master's place, could have it connect to thousands of
 * addresses and write them all down. What the configuration file holds is kept whatever its number.
 */
export const REPLICAS_MAX = 1000;
export const SENTINELS_MAX = 200;

/** A confirmation that is not complete after this answers with what it has. Load balancers wait longer. */
export const CONFIRM_WITHIN_MS = 500;

/** The answer of a round serves those too who ask this soon after its questions went out. */
export const CONFIRM_SHARED_MS = 100;
