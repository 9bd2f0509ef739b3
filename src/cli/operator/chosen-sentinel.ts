import { formatAddress } from "../../base/address.ts";
import type { Conversation } from "./conversation.ts";
import { EXIT, OperatorError } from "./exit-status.ts";
import type { GroupView } from "./group-view.ts";
import type { SentinelSet } from "./sentinel-set.ts";

/**
 * The sentinel that an order goes to: the first that answers and watches the master.
 * @param needsVedette the order is one that only vedette knows
 */
export function chosenSentinel(
  set: SentinelSet,
  group: GroupView,
  { needsVedette }: { readonly needsVedette: boolean },
): Conversation {
  const watching = set.conversations.filter(({ name }) => {
    const watcher = group.sentinels.find(({ address }) => formatAddress(address) === name);
    return watcher?.names !== undefined && (!needsVedette || watcher.vedetteVersion !== undefined);
  });
  const [first] = watching;
  if (first !== undefined) return first;
  throw new OperatorError(
    needsVedette
      ? `none of the sentinels that watch ${group.name} is a vedette: only a vedette can do this`
      : `no sentinel that answers watches ${group.name}`,
    EXIT.failed,
  );
}
