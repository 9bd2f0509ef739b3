import type { ListedClient } from "../listed-client.ts";

const TYPES: Readonly<Record<string, ListedClient["type"]>> = {
  normal: "normal",
  master: "master",
  replica: "replica",
  slave: "replica",
  pubsub: "pubsub",
};

/** @returns undefined for a word that CLIENT LIST and CLIENT KILL do not know */
export function parseClientType(word: string): ListedClient["type"] | undefined {
  const name = word.toLowerCase();
  return Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
}
