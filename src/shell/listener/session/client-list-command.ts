import { type Bytes, textOf } from "../../../base/bytes.ts";
import { parseInteger } from "../../../wire/integers.ts";
import type { ListedClient } from "../listed-client.ts";
import { parseClientType } from "./client-type.ts";
import type { SessionCommand } from "./session-command.ts";
import { BAD_CLIENT_ID, SYNTAX_ERROR, unknownClientType } from "./session-errors.ts";

/** `CLIENT LIST [TYPE type] [ID id ...]` */
export const clientList: SessionCommand = (client, args, { clients, now }) => {
  const chosen = choose(args.slice(2), clients.all());
  if (typeof chosen === "string") return client.reply.error(chosen);
  const lines = chosen.map((one) => `${one.describe(now())}\n`);
  return client.reply.verbatim("txt", lines.join(""));
};

export const clientInfo: SessionCommand = (client, _args, { now }) => {
  client.reply.verbatim("txt", `${client.describe(now())}\n`);
};

/** @returns the clients meant, or the text of an error */
function choose(words: readonly Bytes[], all: readonly ListedClient[]): ListedClient[] | string {
  const [option = "", ...values] = words.map(textOf);
  if (words.length === 0) return [...all];
  if (option.toLowerCase() === "type" && values.length === 1) {
    const type = parseClientType(values[0] ?? "");
    if (type === undefined) return unknownClientType(values[0] ?? "");
    return all.filter((one) => one.type === type);
  }
  if (option.toLowerCase() !== "id" || values.length === 0) return SYNTAX_ERROR;
  const ids = values.map(parseInteger);
  if (ids.includes(undefined)) return BAD_CLIENT_ID;
  return all.filter((one) => ids.includes(one.id));
}
