import { bytesText } from "../../base/quantity-text.ts";
import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import { marginText, sentinelsToSpare } from "../../advice/failover-margin.ts";
import { chosenSentinel } from "../operator/chosen-sentinel.ts";
import { confirmed } from "../operator/confirmation.ts";
import { EXIT, type ExitStatus, OperatorError } from "../operator/exit-status.ts";
import type { GroupView } from "../operator/group-view.ts";
import { orderAndFollow } from "../operator/ordered-failover.ts";
import { placeOf } from "../operator/places.ts";
import { withSentinels } from "../operator/run-command.ts";
import { groupOf } from "../status/status.ts";
import type { SwitchoverOptions } from "./command.ts";

/** @returns the exit status: 0 done, 1 not announced by all, 2 refused or taken back */
export async function runSwitchover(options: SwitchoverOptions): Promise<ExitStatus> {
  return withSentinels("switchover", options, async (surroundings) => {
    const { set } = surroundings;
    const group = await groupOf(set, options.master);
    const target = options.to === undefined ? undefined : targetOf(group, options.to);
    refuseInTrouble(group);
    const sentinel = chosenSentinel(set, group, { needsVedette: true });
    await confirmed([consequenceOf(group, target)], options);
    return orderAndFollow(surroundings, {
      group,
      sentinel,
      words: orderOf(group, target, options.within),
      isCoordinated: true,
      limitMs: options.limit * 1_000,
      json: options.json,
    });
  });
}

function orderOf(
  { name }: GroupView,
  target: Address | undefined,
  withinMs: number | undefined,
): string[] {
  return [
    "SENTINEL",
    "FAILOVER",
    name,
    "COORDINATED",
    ...(target === undefined ? [] : ["TO", target.host, String(target.port)]),
    ...(withinMs === undefined ? [] : ["TIMEOUT", String(withinMs)]),
  ];
}

/** Whether it may be promoted is for the sentinel to say. @throws OperatorError for what is no replica */
function targetOf(group: GroupView, text: string): Address {
  const place = placeOf(text, "--to");
  const replica = group.replicas.find(({ row }) => sameAddress(row.address, place));
  if (replica === undefined) {
    const known = group.replicas.map(({ row }) => formatAddress(row.address)).join(", ");
    throw new OperatorError(
      `--to ${text}: no replica of ${group.name}; expected one of ${known || "nothing: it has none"}`,
      EXIT.failed,
    );
  }
  return replica.row.address;
}

/** Without a majority the sentinel would take the order, and give it up later. */
function refuseInTrouble(group: GroupView): void {
  const { name, state } = group;
  if (state !== "ok") {
    const help = state === "failing over" ? "" : `; vedette failover ${name} does not need it`;
    throw new OperatorError(
      `${name}: the master is ${state}, and a switchover needs a healthy one${help}`,
      EXIT.failed,
    );
  }
  if (sentinelsToSpare(group) >= 0) return;
  throw new OperatorError(`${name}: ${marginText(group)}`, EXIT.failed);
}

function consequenceOf(group: GroupView, target: Address | undefined): string {
  const from = formatAddress(group.address);
  const to = target === undefined ? "the best replica" : formatAddress(target);
  const lag = group.replicas.find(({ row }) => target !== undefined && row.address === target);
  const behind =
    lag?.lagBytes === undefined || lag.lagBytes === 0
      ? ""
      : ` (${bytesText(lag.lagBytes)} behind the furthest, as last told)`;
  return `${group.name}: ${from} takes no writes for a moment, ${to}${behind} catches up and becomes the master; clients reconnect, no acknowledged write is lost. If it does not catch up in time, all stays as it is.`;
}
