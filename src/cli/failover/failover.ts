import { formatAddress } from "../../base/address.ts";
import { canFailOver, marginText } from "../../advice/failover-margin.ts";
import { chosenSentinel } from "../operator/chosen-sentinel.ts";
import { confirmed } from "../operator/confirmation.ts";
import { EXIT, type ExitStatus, OperatorError } from "../operator/exit-status.ts";
import type { GroupView } from "../operator/group-view.ts";
import { orderAndFollow } from "../operator/ordered-failover.ts";
import { bytesText, printable } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import { groupOf } from "../status/status.ts";
import type { FailoverOptions } from "./command.ts";

/** @returns the exit status: 0 done, 1 not announced by all, 2 refused or given up */
export async function runFailover(options: FailoverOptions): Promise<ExitStatus> {
  return withSentinels("failover", options, async (surroundings) => {
    const { set } = surroundings;
    const group = await groupOf(set, options.master);
    if (!canFailOver(group)) {
      throw new OperatorError(`${group.name}: ${marginText(group)}`, EXIT.failed);
    }
    const sentinel = chosenSentinel(set, group, { needsVedette: options.force });
    await confirmed(printable(consequenceOf(group)), options);
    return orderAndFollow(surroundings, {
      group,
      sentinel,
      words: ["SENTINEL", "FAILOVER", group.name, ...(options.force ? ["FORCE"] : [])],
      limitMs: options.limit * 1_000,
      json: options.json,
    });
  });
}

/** What the person has to know before saying yes. */
export function consequenceOf(group: GroupView): string {
  const candidates = group.replicas.filter(({ exclusion }) => exclusion === undefined);
  const names = candidates.map(({ row }) => formatAddress(row.address)).join(" or ");
  const lags = candidates.map(({ lagBytes }) => lagBytes ?? 0);
  const lag = Math.max(0, ...lags);
  const lost =
    lag > 0
      ? `writes that a replica has not got are lost (up to ${bytesText(lag)} lie between the replicas alone)`
      : "writes that the chosen replica has not got when it takes over are lost";
  return `${group.name}: ${names} becomes the master in place of ${formatAddress(group.address)}; clients are cut off for a moment, and ${lost}.`;
}
