/** The reference's timers in ms. Source: sentinel spec §1.1 to §1.3. */
export const INFO_PERIOD_MS = 10_000;
export const FAST_INFO_PERIOD_MS = 1_000;
export const PING_PERIOD_MS = 1_000;
export const ASK_PERIOD_MS = 1_000;
export const PUBLISH_PERIOD_MS = 2_000;
export const TILT_TRIGGER_MS = 2_000;
export const TILT_PERIOD_MS = 30_000;
export const RECONF_TIMEOUT_MS = 10_000;
export const MIN_LINK_RECONNECT_MS = 15_000;
export const ELECTION_TIMEOUT_MS = 10_000;
/** A random number below this is added where sentinels might do the same at once. */
export const DESYNC_MS = 1_000;
/** The loop runs 10 to 19 times a second, redrawn after each pass. */
export const LOOP_HZ_MIN = 10;
export const LOOP_HZ_SPREAD = 10;
/** Commands that may be unanswered on one link. */
export const PENDING_MAX = 100;
/** A stray master is left alone for this long. */
export const CONVERT_QUIET_MS = 4 * PUBLISH_PERIOD_MS;
