import { array, bulk, error, integer, map, type Reply } from "../../resp/reply.ts";
import { shownAddress } from "../../wire/webhooks/endpoint.ts";
import type { EndpointQueue } from "./endpoint-queue.ts";
import type { Webhooks } from "./webhooks.ts";

const USAGE =
  "ERR expected SENTINEL VEDETTE WEBHOOK LIST | TEST [name] | LOG [name] | REPLAY <name> [id]";
const LOG_SHOWN = 100;

/** SENTINEL VEDETTE WEBHOOK …, for `vedette webhook`: the shell's business, of which the core knows nothing. */
export function answerWebhookCommand(webhooks: Webhooks, words: readonly string[]): Reply {
  const [verb = "", name, id, ...more] = words;
  if (more.length > 0) return error(USAGE);
  const known = webhooks.queues().map(({ endpoint }) => endpoint.name);
  if (name !== undefined && !known.includes(name)) {
    return error(`ERR No such webhook; configured: ${known.join(", ") || "none"}`);
  }
  switch (verb.toLowerCase()) {
    case "list":
      return array(webhooks.queues().map(describe));
    case "test":
      return array(webhooks.test(name).map((each) => bulk(each)));
    case "log":
      return array(
        webhooks
          .queues()
          .filter(({ endpoint }) => name === undefined || endpoint.name === name)
          .flatMap(logOf),
      );
    case "replay":
      return name === undefined ? error(USAGE) : integer(webhooks.replay(name, id));
    default:
      return error(USAGE);
  }
}

function describe(queue: EndpointQueue): Reply {
  const { endpoint } = queue;
  const { format, events, masters } = endpoint;
  const figures = queue.figures();
  return textMap({
    name: endpoint.name,
    address: shownAddress(endpoint),
    format,
    events: events.join(",") || "*",
    masters: masters.join(",") || "*",
    state: figures.isDisabled ? "disabled" : figures.queueLength > 0 ? "waiting" : "idle",
    waiting: figures.queueLength,
    delivered: figures.delivered,
    "delivered-by-others": figures.deliveredByOthers,
    "failed-attempts": figures.failedAttempts,
    dead: figures.dead,
  });
}

function logOf({ endpoint, waiting, finished }: EndpointQueue): Reply[] {
  return [
    ...finished.slice(-LOG_SHOWN).map(({ notice, how, atMs, attempts, detail }) =>
      textMap({
        webhook: endpoint.name,
        id: notice.id,
        type: notice.key.type,
        master: notice.key.master ?? "",
        "event-at": notice.atMs,
        state: how,
        at: atMs,
        "failed-attempts": attempts,
        detail,
      }),
    ),
    ...waiting.map(({ notice, attempts, heldUntilMs }) =>
      textMap({
        webhook: endpoint.name,
        id: notice.id,
        type: notice.key.type,
        master: notice.key.master ?? "",
        "event-at": notice.atMs,
        state: heldUntilMs > Date.now() ? "held" : "waiting",
        at: 0,
        "failed-attempts": attempts,
        detail: "",
      }),
    ),
  ];
}

function textMap(fields: Readonly<Record<string, string | number>>): Reply {
  return map(Object.entries(fields).map(([name, value]) => [name, bulk(String(value))] as const));
}
