import type { Client } from "../client.ts";

/** What `<COMMAND> HELP` answers. @param lines what stands between the first line and HELP's own */
export function replyHelp(client: Client, command: string, lines: readonly string[]): void {
  const all = [
    `${command} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...lines,
    "HELP",
    "    Prints this help.",
  ];
  client.reply.array(all.length);
  for (const line of all) client.reply.simple(line);
}
