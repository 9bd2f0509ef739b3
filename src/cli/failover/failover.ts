import { formatAddress } from "../../base/address.ts";
import { bytesText } from "../../base/quantity-text.ts";
import { marginText, sentinelsToSpare } from "../../advice/failover-margin.ts";
import { chosenSentinel } from "../operator/chosen-sentinel.ts";
import { confirmed } from "../operator/confirmation.ts";
import type { ExitStatus } from "../operator/exit-status.ts";
import type { GroupView } from "../operator/group-view.ts";
import { orderAndFollow } from "../operator/ordered-failover.ts";
import { withSentinels } from "../operator/run-command.ts";
import { groupOf } from "../status/status.ts";
import type { FailoverOptions } from "./command.ts";

/** What of it the order itself depends on. */
type Force = Pick<FailoverOptions, "force" | "lastResort">;

/**
 * The order needs neither quorum nor majority: whether there is a replica to promote is for the sentinel
 * to say.
 * @returns the exit status: 0 done, 1 not announced by all, 2 refused or given up
 */
export async function runFailover(options: FailoverOptions): Promise<ExitStatus> {
  return withSentinels("failover", options, async (surroundings) => {
    const { set } = surroundings;
    const group = await groupOf(set, options.master);
    const needsVedette = options.force || options.lastResort;
    const sentinel = chosenSentinel(set, group, { needsVedette });
    await confirmed(consequenceOf(group, options), options);
    return orderAndFollow(surroundings, {
      group,
      sentinel,
      words: orderOf(group, options),
      limitMs: options.limit * 1_000,
      json: options.json,
    });
  });
}

export function orderOf({ name }: GroupView, { force, lastResort }: Force): string[] {
  const how = lastResort ? ["FORCE", "LAST-RESORT"] : force ? ["FORCE"] : [];
  return ["SENTINEL", "FAILOVER", name, ...how];
}

/** What the person has to know before saying yes. */
export function consequenceOf(group: GroupView, { lastResort }: Force): string[] {
  const candidates = group.replicas.filter(({ exclusion }) => exclusion === undefined);
  const names = candidates.map(({ row }) => formatAddress(row.address)).join(" or ");
  const taker = names === "" ? "the replica that the sentinel finds best" : names;
  const lags = candidates.map(({ lagBytes }) => lagBytes ?? 0);
  const lag = Math.max(0, ...lags);
  const lost =
    lag > 0
      ? `writes that a replica has not got are lost (up to ${bytesText(lag)} lie between the replicas alone)`
      : "writes that the chosen replica has not got when it takes over are lost";
  return [
    `${group.name}: ${taker} becomes the master in place of ${formatAddress(group.address)}; clients are cut off for a moment, and ${lost}.`,
    ...(lastResort ? lastResortLines(group) : []),
    ...marginLines(group),
  ];
}

/** Who it may be besides, and what that costs. */
function lastResortLines({ replicas }: GroupView): string[] {
  const heldBack = replicas.flatMap(({ row, exclusion }) =>
    exclusion === undefined ? [] : [`${formatAddress(row.address)} (${exclusion})`],
  );
  const who = heldBack.length === 0 ? "" : `: ${heldBack.join(", ")}`;
  return [
    `LAST-RESORT: a replica that lacks much of the data, or has only part of a copy, may become the master${who}. What it lacks is then gone on all the others too.`,
  ];
}

function marginLines(group: GroupView): string[] {
  const margin = `As it stands: ${marginText(group)}.`;
  if (sentinelsToSpare(group) >= 0) return [margin];
  return [
    margin,
    "This order needs no majority. If the sentinels that are missing are only cut off, they may name another master: be sure that they are gone, or that the master is.",
  ];
}
