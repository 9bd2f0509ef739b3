import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import { majorityOf } from "../../advice/voters.ts";
import { chosenSentinel } from "../operator/chosen-sentinel.ts";
import { confirmed } from "../operator/confirmation.ts";
import { EXIT, type ExitStatus, OperatorError } from "../operator/exit-status.ts";
import type { GroupView } from "../operator/group-view.ts";
import { placeOf } from "../operator/places.ts";
import { jsonText, printable } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import { groupOf } from "../status/status.ts";
import type { ForgetOptions } from "./command.ts";

/** A vote of every sentinel that lives, each written to disk. */
const AGREEMENT_MS = 30_000;

/** @returns the exit status: 0 forgotten, 2 refused */
export async function runForget(options: ForgetOptions): Promise<ExitStatus> {
  return withSentinels("forget", options, async ({ set, console }) => {
    const group = await groupOf(set, options.master);
    const who = foundIn(group, options.who);
    const sentinel = chosenSentinel(set, group, { needsVedette: true, except: who.address });
    await confirmed([consequenceOf(group, who)], options);
    const words =
      who.kind === "replica"
        ? [who.address.host, String(who.address.port)]
        : ["SENTINEL", who.runId];
    const order = ["SENTINEL", "FORGET", group.name, ...words];
    const answer = await sentinel.askPatiently(order, AGREEMENT_MS);
    const place = formatAddress(who.address);
    if (options.json) {
      console.out(jsonText({ master: group.name, forgotten: who.kind, address: place, answer }));
    } else {
      console.out(printable(`${group.name}: ${who.kind} ${place} is forgotten`));
    }
    return EXIT.well;
  });
}

type Member =
  | { readonly kind: "replica"; readonly address: Address }
  | { readonly kind: "sentinel"; readonly address: Address; readonly runId: string };

/** @throws OperatorError for nobody, or several */
function foundIn(group: GroupView, text: string): Member {
  const isId = /^[0-9a-f]{4,40}$/i.test(text);
  const place = isId ? undefined : placeOf(text, "WHO");
  const replicas = group.replicas
    .filter(({ row }) => place !== undefined && sameAddress(row.address, place))
    .map(({ row }): Member => ({ kind: "replica", address: row.address }));
  const sentinels = group.sentinels
    .filter(({ address, runId }) =>
      place === undefined ? runId.startsWith(text.toLowerCase()) : sameAddress(address, place),
    )
    .map(({ address, runId }): Member => ({ kind: "sentinel", address, runId }));
  const [found, ...others] = [...replicas, ...sentinels];
  if (found !== undefined && others.length === 0) return found;
  const members = [
    ...group.replicas.map(({ row }) => `replica ${formatAddress(row.address)}`),
    ...group.sentinels.map(
      ({ address, runId }) => `sentinel ${formatAddress(address)} (${runId.slice(0, 8)})`,
    ),
  ];
  const what = found === undefined ? "is nobody of" : "is several of";
  throw new OperatorError(`${text} ${what} ${group.name}: ${members.join(", ")}`, EXIT.failed);
}

function consequenceOf(group: GroupView, who: Member): string {
  const place = formatAddress(who.address);
  if (who.kind === "replica") {
    return `${group.name}: the replica ${place} is no longer watched or promoted. One that still runs and follows the master is found again.`;
  }
  const { voters } = group;
  return `${group.name}: the sentinel ${place} no longer counts: ${voters - 1} sentinels remain, with a majority of ${majorityOf(voters - 1)} instead of ${majorityOf(voters)}. If it is only cut off and not gone, two majorities become possible: be sure that it is gone.`;
}
