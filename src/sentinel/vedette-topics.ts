import { REPLICA_TOPIC } from "./forgetting/replica-topic.ts";
import { FORGET_TOPIC, FORGOTTEN_TOPIC } from "./forgetting/spreading.ts";
import { ORDERED_TOPIC } from "./maintenance/ordered-elections.ts";
import { MAINTENANCE_TOPIC } from "./maintenance/spreading.ts";
import { STANDING, STANDING_TOPIC } from "./standing.ts";
import type { VedetteTopic } from "./vedette-topic.ts";
import { DELIVERED_TOPIC } from "./webhook-copies.ts";

/** By name, in lower case. One row for each topic; its code lives with what it is about. */
export const VEDETTE_TOPICS: ReadonlyMap<string, VedetteTopic> = new Map<string, VedetteTopic>([
  ["forget", FORGET_TOPIC],
  ["forget-replica", REPLICA_TOPIC],
  ["forgotten", FORGOTTEN_TOPIC],
  ["delivered", DELIVERED_TOPIC],
  ["maintenance", MAINTENANCE_TOPIC],
  ["ordered", ORDERED_TOPIC],
  [STANDING, STANDING_TOPIC],
]);
