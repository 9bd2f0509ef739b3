import { masterName, parseRunId, type RunId } from "../../base/ids.ts";
import { after } from "../../base/units.ts";
import { isFailoverInProgress } from "../failover.ts";
import type { Master, Sentinel, SentinelState } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { VedetteTopic } from "../vedette-topic.ts";
import { isVoteless, PROMISE_MS } from "./forgotten.ts";

/** What speaks against forgetting this sentinel now, here; undefined when nothing does. */
export function whyNotForget({ state }: Turn, leaving: Sentinel): string | undefined {
  const { master, sdown } = leaving;
  if (!sdown.down) return "it is not down here";
  if (state.tilt.mode === "on") return "this sentinel is in TILT";
  if (!state.memory.isWhole)
    return "this sentinel has not heard all others since it lost its memory";
  if (isFailoverInProgress(master) || master.odown.down) return "a failover is on its way";
  if (state.saves.done < state.saves.requested || state.saves.retryAt !== undefined) {
    return "not all that this sentinel knows is on disk";
  }
  for (const runId of master.sentinels.keys()) {
    if (isVoteless(master, runId)) return `${runId} is back and not yet counted by all`;
  }
  return undefined;
}

/** `<master> <sentinel> <who asks> <all that it counts …>`: answered by `yes`, or `no` and why. */
export const PROMISE_TOPIC: Pick<VedetteTopic, "answer"> = {
  answer(turn, [name = "", runIdText = "", byText = "", ...base]) {
    const runId = parseRunId(runIdText);
    const by = parseRunId(byText);
    if (runId === undefined || by === undefined) return undefined;
    const master = turn.state.masters.get(masterName(name));
    if (master === undefined) return ["no", "it does not watch this master"];
    const leaving = master.sentinels.get(runId);
    if (leaving === undefined) return ["no", "it does not know that sentinel"];
    const reason = whyNotForget(turn, leaving) ?? whyNoPromise(turn, master, { runId, by, base });
    if (reason !== undefined) return ["no", reason];
    master.forgetting.promise = { runId, by, until: after(turn.now, PROMISE_MS) };
    return ["yes"];
  },
};

/** Everybody that is counted, this sentinel included, in one order. */
export function baseOf({ myId }: SentinelState, { sentinels }: Master): readonly RunId[] {
  return [myId, ...sentinels.keys()].sort();
}

function whyNoPromise(
  { state, now }: Turn,
  master: Master,
  asked: { readonly runId: string; readonly by: string; readonly base: readonly string[] },
): string | undefined {
  const { promise, promisesFrom } = master.forgetting;
  if (now < promisesFrom) return "it has just started";
  const isTaken = promise !== undefined && now < promise.until;
  if (isTaken && (promise.runId !== asked.runId || promise.by !== asked.by)) {
    return "another one is being forgotten";
  }
  const ours = baseOf(state, master);
  if (ours.join(" ") !== asked.base.toSorted().join(" ")) {
    return `it counts ${ours.length} sentinels that are not the same ${asked.base.length}`;
  }
  return undefined;
}
