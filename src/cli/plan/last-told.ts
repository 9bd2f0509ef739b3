import { formatAddress } from "../../base/address.ts";
import { bytesOfText } from "../../base/bytes.ts";
import { parseInfo } from "../../wire/info.ts";
import { isRefusal } from "../operator/conversation.ts";
import type { GroupView } from "../operator/group-view.ts";
import type { SentinelSet } from "../operator/sentinel-set.ts";

/** What the master told last of its own stream. */
export interface LastTold {
  readonly offset: number;
  readonly agoMs: number;
}

/** The freshest INFO of the master that any of the sentinels holds; undefined where none does. */
export async function lastTold(set: SentinelSet, group: GroupView): Promise<LastTold | undefined> {
  const naming = set.conversations.filter(({ name }) =>
    group.sentinels.some(
      ({ address, names }) => names !== undefined && formatAddress(address) === name,
    ),
  );
  const answers = await Promise.all(
    naming.map((each) => each.askAll([["SENTINEL", "INFO-CACHE", group.name]])),
  );
  return answers
    .flat()
    .flatMap((answer) => toldIn(answer) ?? [])
    .sort((a, b) => a.agoMs - b.agoMs)[0];
}

/** `[name, [[age, INFO], …]]`: the master's comes first. */
export function toldIn(answer: unknown): LastTold | undefined {
  if (isRefusal(answer) || !Array.isArray(answer)) return undefined;
  const rows: unknown = answer[1];
  const first: unknown = Array.isArray(rows) ? rows[0] : undefined;
  if (!Array.isArray(first)) return undefined;
  const { role, masterReplOffset: offset } = parseInfo(bytesOfText(String(first[1])));
  const agoMs = Number(first[0]);
  if (role !== "master" || offset === undefined || !Number.isFinite(agoMs)) return undefined;
  return { offset, agoMs };
}
