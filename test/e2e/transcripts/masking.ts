/**
 * What may differ between two sentinels that answer alike: ids, ports of their own, times. The
 * field stays, its value becomes a word.
 */

/** Fields whose values are times or counters of this very process. */
const RESTLESS_FIELDS = [
  "info-refresh",
  "last-hello-message",
  "last-ok-ping-reply",
  "last-ping-reply",
  "last-ping-sent",
  "link-pending-commands",
  "role-reported-time",
  "s-down-time",
  "slave-repl-offset",
  "id",
];

const RESTLESS = new RegExp(
  `(\\$"(?:${RESTLESS_FIELDS.join("|")})"[:,] )(?:\\$"-?\\d+"|:-?\\d+)`,
  "g",
);

const COMMAND_RULES = /(?: \+[\w|-]+){2,}/g;

export function masked(answer: string, ports: Readonly<Record<string, number>>): string {
  let text = answer.replaceAll(RESTLESS, "$1<restless>");
  for (const [name, port] of Object.entries(ports)) {
    text = text.replaceAll(new RegExp(`\\b${port}\\b`, "g"), `<${name}>`);
  }
  text = text.replaceAll(/\$"version"([:,]) \$"[\d.]+"/g, '$"version"$1 <version>');
  // Where nobody listens, a connection is being made at one moment and not at the next.
  text = text.replaceAll(/(\$"flags"[:,] \$"master),disconnected"/g, '$1"');
  // A user's rules about commands stand in the order of a hash table, another in each process.
  text = text.replaceAll(COMMAND_RULES, (rules) => ` ${rules.trim().split(" ").sort().join(" ")}`);
  // Ids that a script itself names are told apart; all others are the processes' own.
  return text.replaceAll(/\b(?!a{40}|b{40})[0-9a-f]{40}\b/g, "<id>");
}
