import { initialMasterExtensions } from "../wire/sentinel-conf/extension-settings.ts";
import type { MasterSettings } from "./state.ts";
import type { Tunables } from "./tunables.ts";

/** Settings of a master about which only the quorum was said. Source: sentinel spec §1.2, §9.2. */
export function defaultMasterSettings(
  tunables: Readonly<Tunables>,
  quorum: number,
): MasterSettings {
  return {
    quorum,
    downAfterMs: tunables.defaultDownAfterMs,
    failoverTimeoutMs: tunables.defaultFailoverTimeoutMs,
    parallelSyncs: 1,
    rebootDownAfterMs: 0,
    extensions: initialMasterExtensions(),
    authUser: undefined,
    authPass: undefined,
    notificationScript: undefined,
    clientReconfigScript: undefined,
    renamedCommands: new Map(),
  };
}
