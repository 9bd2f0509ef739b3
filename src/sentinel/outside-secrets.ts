import type { MasterName } from "../base/ids.ts";

/**
 * Secrets that are kept outside of the configuration (binary strings): they take the place of those
 * in it, and are never written or shown.
 */
export interface OutsideSecrets {
  readonly requirePass?: string | undefined;
  readonly sentinelPass?: string | undefined;
  readonly authPass: ReadonlyMap<MasterName, string>;
  /** The ones that are to follow. */
  readonly sentinelPassNext?: string | undefined;
  readonly authPassNext: ReadonlyMap<MasterName, string>;
}

export const NO_OUTSIDE_SECRETS: OutsideSecrets = { authPass: new Map(), authPassNext: new Map() };
