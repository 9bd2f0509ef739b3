import type { Input } from "../input.ts";
import type { DataInstance } from "../state.ts";
import { logLine, type Turn } from "../turn.ts";
import { noteOrder } from "./hand-over.ts";
import { noteLastOrder } from "./letting-go.ts";
import { noteRights } from "./preparation.ts";

type OrderReply = Pick<Extract<Input, { readonly kind: "order-reply" }>, "order" | "refusals">;

/** A server that was started without a file has nothing to write down. */
const NO_CONFIG_FILE = "running without a config file";

/** Tells whoever waits for it that a server has answered an order. */
export function takeOrderReply(
  turn: Turn,
  instance: DataInstance,
  { order, refusals }: OrderReply,
): void {
  const master = instance.kind === "master" ? instance : instance.master;
  if (order.kind === "probe-rights") {
    if (instance.kind === "master") noteRights(turn, master, refusals);
    return;
  }
  const refusal = refusals.find((each) => each !== undefined);
  if (refusal !== undefined && !refusal.includes(NO_CONFIG_FILE)) {
    logLine(turn, "warning", `${instance.name} refused to ${wordsFor(order.kind)}: ${refusal}`);
  }
  noteOrder(turn, instance, { order, refusal });
  if (instance.kind === "replica") noteLastOrder(turn, instance, order);
}

function wordsFor(kind: Exclude<OrderReply["order"]["kind"], "probe-rights">): string {
  switch (kind) {
    case "pause-writes":
      return "hold up writes";
    case "resume-writes":
      return "take writes again";
    case "hand-over":
      return "hand over";
    case "abort-hand-over":
      return "stop its hand-over";
    case "follow":
      return "become a replica";
    case "be-master":
      return "become a master";
    case "write-down":
      return "rewrite its configuration";
    case "cut-clients":
      return "cut its clients off";
  }
}
