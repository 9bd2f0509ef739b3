import type { VedetteTopic } from "./vedette-topic.ts";

/** By name, in lower case. One row for each topic; its code lives with what it is about. */
export const VEDETTE_TOPICS: ReadonlyMap<string, VedetteTopic> = new Map<string, VedetteTopic>([]);
