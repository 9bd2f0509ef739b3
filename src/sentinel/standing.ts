import { masterName } from "../base/ids.ts";
import { parseEpoch } from "../wire/epochs.ts";
import { isHost, parsePort } from "../wire/host.ts";
import { electionOf } from "./election.ts";
import { noteAnswer, type PeerStanding } from "./fence-evidence.ts";
import type { Sentinel } from "./state.ts";
import type { Turn } from "./turn.ts";
import type { VedetteTopic } from "./vedette-topic.ts";

/** `SENTINEL VEDETTE standing <master> <number>`: which master a vedette knows, and what may be newer. */
export const STANDING = "standing";

export const STANDING_TOPIC: VedetteTopic = { answer: answerStanding, take: takeStanding };

/**
 * @returns host and port of the master, its configuration's epoch, the current epoch, that of an
 * election of this master in which this sentinel has a part, and 1 while it holds the old master after a
 * switchover; nothing when it may not know
 */
function answerStanding(turn: Turn, [name = ""]: readonly string[]): readonly string[] | undefined {
  const { state, now } = turn;
  const master = state.masters.get(masterName(name));
  if (master === undefined || state.tilt.mode === "on" || !state.memory.isWhole) return undefined;
  const { host, port } = master.address;
  const epochs = [master.configEpoch, state.currentEpoch, electionOf(state, master, now)];
  const isHolding = master.lettingGo.phase !== "none";
  return [host, String(port), ...epochs.map(String), isHolding ? "1" : "0"];
}

function takeStanding(
  turn: Turn,
  peer: Sentinel,
  {
    words: [name, link],
    answer,
  }: { readonly words: readonly string[]; readonly answer: readonly string[] | undefined },
): void {
  const { master } = peer;
  if (name !== master.masterName) return;
  const standing = answer === undefined ? undefined : readStanding(answer);
  for (const replica of master.replicas.values()) {
    noteAnswer(turn, replica, { peer: peer.runId, link: Number(link), standing });
  }
}

function readStanding(words: readonly string[]): PeerStanding | undefined {
  const [host = "", portText = "", ...more] = words;
  const port = parsePort(portText);
  const [configEpoch, currentEpoch, electionEpoch] = more.slice(0, 3).map(parseEpoch);
  const isHolding = more[3] === "1";
  if (!isHost(host) || port === undefined) return undefined;
  if (configEpoch === undefined || currentEpoch === undefined || electionEpoch === undefined) {
    return undefined;
  }
  const masterAddress = { host, port };
  return { source: "answer", masterAddress, configEpoch, currentEpoch, electionEpoch, isHolding };
}
