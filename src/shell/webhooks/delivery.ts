import { urlFault, type WebhookEndpoint } from "../../wire/webhooks/endpoint.ts";
import type { Outcome, Receiver } from "./attempt.ts";
import type { Notice } from "./notice.ts";
import { render } from "./renderers.ts";
import { NoSecretError, secretText } from "./secret-text.ts";
import { hubHeader, SigningSecretError, standardHeaders } from "./signature.ts";

/** Makes the request of one attempt and sends it. Never rejects, and never tells a secret. */
export async function deliver(
  {
    endpoint,
    receiver,
    nowMs,
  }: {
    readonly endpoint: WebhookEndpoint;
    readonly receiver: Receiver;
    readonly nowMs: number;
  },
  notice: Notice,
): Promise<Outcome> {
  try {
    const { address, secret, oldSecret, format, hubSignature } = endpoint;
    const url = address.kind === "url" ? address.url : await secretText(address);
    const fault = urlFault(url);
    if (fault !== undefined) return failed(`the file with the address: expected ${fault}`);
    const current = secret === undefined ? undefined : await secretText(secret);
    const former = oldSecret === undefined ? undefined : await secretText(oldSecret);
    const body = render(format, notice, current);
    const signing = [current, former].filter((each) => each !== undefined);
    const headers = {
      ...(format === "standard"
        ? standardHeaders({ id: notice.id, body, atSeconds: Math.floor(nowMs / 1000) }, signing)
        : { "webhook-id": notice.id }),
      ...(hubSignature && current !== undefined ? hubHeader(body, current) : {}),
      ...(format === "alertmanager" && current !== undefined
        ? { authorization: `Bearer ${current}` }
        : {}),
    };
    return await receiver.attempt({ url, headers, body });
  } catch (cause) {
    if (cause instanceof NoSecretError || cause instanceof SigningSecretError) {
      return failed(cause.message);
    }
    // A URL that Node does not take, a header that holds a line break: what it says may hold the secret.
    return failed("the request cannot be made: look at the address and the secret");
  }
}

function failed(reason: string): Outcome {
  return { kind: "failed", reason };
}
