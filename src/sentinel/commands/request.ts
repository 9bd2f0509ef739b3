import type { Reply } from "../../resp/reply.ts";
import type { Effect } from "../effect.ts";
import type { Input } from "../input.ts";
import { pendingSave, type Turn } from "../turn.ts";

export type ClientRequest = Extract<Input, { readonly kind: "client-request" }>;

/** Who is answered, and which of its requests. */
export type Asker = Pick<ClientRequest, "client" | "request">;

/** Answers once everything the reply may reveal is durable. */
export function reply(turn: Turn, request: ClientRequest, value: Reply): void {
  replyOr(turn, request, value, undefined);
}

/** As `reply`, with another answer for when the save it waits for fails. */
export function replyOr(
  turn: Turn,
  request: Asker,
  value: Reply,
  ifUnsaved: Reply | undefined,
): void {
  push(turn, request, { kind: "value", reply: value }, ifUnsaved);
}

export function push(
  turn: Turn,
  { client, request }: Asker,
  answer: Extract<Effect, { readonly kind: "reply" }>["reply"],
  ifUnsaved: Reply | undefined,
): void {
  turn.effects.push({
    kind: "reply",
    client,
    request,
    reply: answer,
    afterSave: pendingSave(turn),
    ifUnsaved,
  });
}
