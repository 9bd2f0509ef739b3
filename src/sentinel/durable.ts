import type { Address } from "../base/address.ts";
import { isIpAddress } from "../wire/host.ts";
import type { DurableMaster, DurableSentinel } from "../wire/sentinel-conf/durable-sentinel.ts";
import type { Master, SentinelState } from "./state.ts";

/**
 * What must survive a crash, as it is now: the shell writes it when it performs `save-config`. One
 * write carries every change made until it begins.
 */
export function durableView(state: SentinelState): DurableSentinel {
  const { settings } = state;
  return {
    myId: state.myId,
    currentEpoch: state.currentEpoch,
    announceIp: settings.announceIp,
    announcePort: settings.announcePort,
    denyScriptsReconfig: settings.denyScriptsReconfig,
    resolveHostnames: settings.resolveHostnames || hasNameWithoutIp(state),
    announceHostnames: settings.announceHostnames,
    sentinelUser: settings.sentinelUser,
    sentinelPass: settings.sentinelPass,
    logLevel: settings.logLevel,
    isMemoryLost: !state.memory.isWhole,
    extensions: { ...settings.extensions },
    masters: [...state.masters.values()].map((master) => durableMaster(state, master)),
  };
}

/**
 * Names are refused by the next start where they are not resolved: an instance that was told by one
 * is then written down by its last IP.
 */
function writtenPlace({ settings, names }: SentinelState, place: Address): Address {
  if (settings.resolveHostnames || names.size === 0) return place;
  const ip = names.get(place.host.toLowerCase())?.ip;
  return ip === undefined ? place : { host: ip, port: place.port };
}

/** Names that were in the file and could not be looked up before that was switched off. */
function hasNameWithoutIp(state: SentinelState): boolean {
  if (state.settings.resolveHostnames) return false;
  for (const { address } of state.links.values()) {
    if (!isIpAddress(writtenPlace(state, address).host)) return true;
  }
  return false;
}

function durableMaster(state: SentinelState, master: Master): DurableMaster {
  const { settings } = master;
  return {
    name: master.masterName,
    address: writtenPlace(state, master.place),
    quorum: settings.quorum,
    downAfterMs: settings.downAfterMs,
    failoverTimeoutMs: settings.failoverTimeoutMs,
    parallelSyncs: settings.parallelSyncs,
    rebootDownAfterMs: settings.rebootDownAfterMs,
    extensions: { ...settings.extensions },
    authPassSource: settings.authPassSource,
    authPassNextSource: settings.authPassNextSource,
    authUser: settings.authUser,
    authPass: settings.authPass,
    notificationScript: settings.notificationScript,
    clientReconfigScript: settings.clientReconfigScript,
    renamedCommands: new Map(settings.renamedCommands),
    configEpoch: master.configEpoch,
    leaderEpoch: master.vote.leaderEpoch,
    replicas: [...master.replicas.values()].map(({ place }) => writtenPlace(state, place)),
    sentinels: [...master.sentinels.values()].map(({ runId, place }) => ({
      runId,
      address: writtenPlace(state, place),
    })),
  };
}
