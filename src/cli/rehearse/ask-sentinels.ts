import type { Address } from "../../base/address.ts";
import { masterName, parseRunId } from "../../base/ids.ts";
import { reasonOf } from "../../shell/system-reason.ts";
import { RehearsalError } from "../../sim/rehearsal/rehearsal-error.ts";
import type { KnownGroup } from "../../sim/rehearsal/topology.ts";
import { addressIn, type Fields, tableOf } from "../operator/answers.ts";
import { Conversation } from "../operator/conversation.ts";
import { OperatorError } from "../operator/exit-status.ts";
import { placeOf } from "../operator/places.ts";

const PATIENCE_MS = 3_000;

/** What a running sentinel knows of the master, the first one unless a name is given. */
export async function knownFromSentinel(
  place: string,
  {
    master,
    password,
  }: { readonly master: string | undefined; readonly password: string | undefined },
): Promise<KnownGroup> {
  const address = placeFrom(place);
  let conversation: Conversation | undefined;
  try {
    conversation = await Conversation.open(address, {
      user: undefined,
      password,
      tls: undefined,
      timeoutMs: PATIENCE_MS,
    });
    const masters = tableOf(await conversation.ask("SENTINEL", "MASTERS"));
    const found =
      master === undefined ? masters[0] : masters.find((each) => each.get("name") === master);
    const name = found?.get("name");
    if (found === undefined || name === undefined) {
      const known = masters.map((each) => each.get("name")).join(", ");
      throw new RehearsalError(`--master ${master ?? ""}: ${place} watches ${known || "nothing"}`);
    }
    const replicas = tableOf(await conversation.ask("SENTINEL", "REPLICAS", name));
    const sentinels = tableOf(await conversation.ask("SENTINEL", "SENTINELS", name));
    return {
      ownHost: address.host,
      master: {
        name: masterName(name),
        address: addressIn(found),
        replicas: replicas.map((each) => addressIn(each)),
        sentinels: sentinels.flatMap((peer) => {
          const runId = parseRunId(peer.get("runid") ?? "");
          return runId === undefined ? [] : [{ runId, address: addressIn(peer) }];
        }),
        quorum: numberIn(found, "quorum"),
        downAfterMs: numberIn(found, "down-after-milliseconds"),
        failoverTimeoutMs: numberIn(found, "failover-timeout"),
        parallelSyncs: numberIn(found, "parallel-syncs"),
        crashDetectionMs: 0,
        rebootDownAfterMs: 0,
      },
    };
  } catch (cause) {
    if (cause instanceof RehearsalError) throw cause;
    throw new RehearsalError(`--from ${place}: no answer from a sentinel: ${reasonOf(cause)}`);
  } finally {
    conversation?.close();
  }
}

/** @throws RehearsalError: a rehearsal has exit statuses of its own */
function placeFrom(text: string): Address {
  try {
    return placeOf(text, "--from");
  } catch (cause) {
    if (cause instanceof OperatorError) throw new RehearsalError(cause.message);
    throw cause;
  }
}

function numberIn(fields: Fields, field: string): number {
  const value = Number(fields.get(field));
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RehearsalError(`the sentinel's answer has no ${field}: is it a sentinel?`);
}
