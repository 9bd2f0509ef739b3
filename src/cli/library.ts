/**
 * `import { … } from "vedette"`: the parts that other programs can use. docs/embedding.md shows each; the
 * files below say what is in it.
 */
export * from "./library/daemons.ts";
export * from "./library/rdb.ts";
export * from "./library/resp.ts";
export * from "./library/sentinel-conf.ts";
export * from "./library/texts.ts";
export type { Answer } from "./testing/question.ts";
