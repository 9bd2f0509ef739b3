import type { Branded } from "./brand.ts";

/** 40 lowercase hex digits naming one lifetime of one process, or one sentinel for good. */
export type RunId = Branded<string, "RunId">;

/** The name of a monitored group (`mymaster`); a binary string, compared case-sensitively. */
export type MasterName = Branded<string, "MasterName">;

/** One connection target of the core; a replaced link gets a new id, so late answers are known. */
export type LinkId = Branded<number, "LinkId">;

/** One question to the resolver; an answer to one that was given up is nobody's. */
export type QuestionId = Branded<number, "QuestionId">;

/** One client of the listener; never reused within a process. */
export type ClientId = Branded<number, "ClientId">;

const RUN_ID = /^[0-9a-f]{40}$/;

/** @returns the run id, or undefined unless the text is exactly 40 lowercase hex digits */
export function parseRunId(text: string): RunId | undefined {
  return RUN_ID.test(text) ? (text as RunId) : undefined;
}

export function masterName(text: string): MasterName {
  return text as MasterName;
}

export function linkId(value: number): LinkId {
  return value as LinkId;
}

export function questionId(value: number): QuestionId {
  return value as QuestionId;
}

export function clientId(value: number): ClientId {
  return value as ClientId;
}
