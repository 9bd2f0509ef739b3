import type { Reply } from "../../resp/reply.ts";
import { unknownSubcommand, wrongArity } from "./errors.ts";

/**
 * The subcommands of SENTINEL. Arity counts `sentinel` and the subcommand; negative means at least.
 * Source: sentinel spec §7.2, with Valkey's synonyms.
 */
export const SENTINEL_ARITIES: ReadonlyMap<string, number> = new Map([
  ["acknowledge", -3],
  ["ckquorum", 3],
  ["config", -3],
  ["confirm", -3],
  ["debug", -2],
  ["downtime", -5],
  ["failover", -3],
  ["flushconfig", 2],
  ["forget", 5],
  ["get-master-addr-by-name", 3],
  ["get-primary-addr-by-name", 3],
  ["help", 2],
  ["history", -2],
  ["info-cache", -3],
  ["is-master-down-by-addr", 6],
  ["is-primary-down-by-addr", 6],
  ["master", 3],
  ["masters", 2],
  ["monitor", 6],
  ["myid", 2],
  ["pause", -3],
  ["pending-scripts", 2],
  ["plan", 3],
  ["primaries", 2],
  ["primary", 3],
  ["remove", 3],
  ["replicas", 3],
  ["reset", 3],
  ["resume", -3],
  ["sentinels", 3],
  ["set", -5],
  ["simulate-failure", -3],
  ["slaves", 3],
  ["vedette", -3],
]);

/**
 * Why there is no such subcommand, or not with so many words. Told before authentication.
 * @param words behind `SENTINEL`
 */
export function refuseSubcommand(words: readonly string[]): Reply | undefined {
  const [subcommand] = words;
  if (subcommand === undefined) return wrongArity("sentinel");
  const name = subcommand.toLowerCase();
  const arity = SENTINEL_ARITIES.get(name);
  if (arity === undefined) return unknownSubcommand("sentinel", subcommand);
  const given = words.length + 1;
  const fits = arity > 0 ? given === arity : given >= -arity;
  return fits ? undefined : wrongArity(`sentinel|${name}`);
}
