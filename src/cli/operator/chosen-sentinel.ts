import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import type { Conversation } from "./conversation.ts";
import { EXIT, OperatorError } from "./exit-status.ts";
import type { GroupView } from "./group-view.ts";
import type { SentinelSet } from "./sentinel-set.ts";

/**
 * The sentinel that an order goes to: the first that answers and watches the master.
 * @param needsVedette the order is one that only vedette knows
 * @param except whom the order is about, and who is not asked to carry it out
 */
export function chosenSentinel(
  set: Pick<SentinelSet, "conversations">,
  group: GroupView,
  { needsVedette, except }: { readonly needsVedette: boolean; readonly except?: Address },
): Conversation {
  const watching = set.conversations.filter(({ address: asked, name }) => {
    if (except !== undefined && sameAddress(asked, except)) return false;
    const watcher = group.sentinels.find(({ address }) => formatAddress(address) === name);
    return watcher?.names !== undefined && (!needsVedette || watcher.vedetteVersion !== undefined);
  });
  const [first] = watching;
  if (first !== undefined) return first;
  throw new OperatorError(
    needsVedette
      ? `none of the ${except === undefined ? "" : "other "}sentinels that watch ${group.name} is a vedette: only a vedette can do this`
      : `no ${except === undefined ? "" : "other "}sentinel that answers watches ${group.name}`,
    EXIT.failed,
  );
}
