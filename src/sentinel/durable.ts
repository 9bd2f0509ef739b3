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
    resolveHostnames: settings.resolveHostnames,
    announceHostnames: settings.announceHostnames,
    sentinelUser: settings.sentinelUser,
    sentinelPass: settings.sentinelPass,
    logLevel: settings.logLevel,
    isMemoryLost: !state.memory.isWhole,
    masters: [...state.masters.values()].map(durableMaster),
  };
}

function durableMaster(master: Master): DurableMaster {
  const { settings } = master;
  return {
    name: master.masterName,
    address: master.place,
    quorum: settings.quorum,
    downAfterMs: settings.downAfterMs,
    failoverTimeoutMs: settings.failoverTimeoutMs,
    parallelSyncs: settings.parallelSyncs,
    rebootDownAfterMs: settings.rebootDownAfterMs,
    crashDetectionMs: settings.crashDetectionMs,
    authPassSource: settings.authPassSource,
    authUser: settings.authUser,
    authPass: settings.authPass,
    notificationScript: settings.notificationScript,
    clientReconfigScript: settings.clientReconfigScript,
    renamedCommands: new Map(settings.renamedCommands),
    configEpoch: master.configEpoch,
    leaderEpoch: master.vote.leaderEpoch,
    replicas: [...master.replicas.values()].map(({ place }) => place),
    sentinels: [...master.sentinels.values()].map(({ runId, place }) => ({
      runId,
      address: place,
    })),
  };
}
