import { ORDERED_TOPIC } from "./maintenance/ordered-elections.ts";
import { MAINTENANCE_TOPIC } from "./maintenance/spreading.ts";
import { STANDING, STANDING_TOPIC } from "./standing.ts";
import type { VedetteTopic } from "./vedette-topic.ts";

/** By name, in lower case. One row for each topic; its code lives with what it is about. */
export const VEDETTE_TOPICS: ReadonlyMap<string, VedetteTopic> = new Map<string, VedetteTopic>([
  ["maintenance", MAINTENANCE_TOPIC],
  ["ordered", ORDERED_TOPIC],
  [STANDING, STANDING_TOPIC],
]);
