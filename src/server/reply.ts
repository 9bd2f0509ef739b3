import type { Client } from "./client.ts";

/** @param text with its code first; the writer counts it for INFO */
export function replyError(client: Client, text: string): void {
  client.reply.error(text);
}

export function replyOk(client: Client): void {
  client.reply.simple("OK");
}
