import type { Address } from "../../base/address.ts";
import type { AtRisk, Candidate } from "../../sentinel/receipts/receipt.ts";
import { addressIn } from "./answers.ts";

/** What a vedette says that a failover would do now, by its own rules and settings. */
export interface ToldPlan {
  /** Undefined: nobody would be promoted. */
  readonly promoted: Address | undefined;
  readonly candidates: readonly ToldCandidate[];
  readonly atRisk: ToldRisk | undefined;
  /** What stands in the way, in sentences. */
  readonly obstacles: readonly string[];
}

export type ToldCandidate = Pick<
  Candidate,
  "address" | "verdict" | "reason" | "priority" | "offset" | "behindBytes"
>;
export type ToldRisk = Pick<AtRisk, "bytesAtLeast" | "bytesAtMost" | "mayGoOn" | "basis">;

/**
 * Reads the answer to SENTINEL PLAN.
 * @returns undefined for an error, and for what another version may say instead
 */
export function toldPlan(answer: unknown): ToldPlan | undefined {
  const told = typeof answer === "string" ? parsed(answer) : undefined;
  if (!isObject(told) || !Array.isArray(told["candidates"])) return undefined;
  const { obstacles } = told;
  const candidates = (told["candidates"] as readonly unknown[]).map(candidateIn);
  if (!candidates.every((each) => each !== undefined)) return undefined;
  return {
    promoted: addressOf(told["promoted"]),
    candidates,
    atRisk: riskIn(told["atRisk"]),
    obstacles: Array.isArray(obstacles) ? obstacles.filter(isText) : [],
  };
}

type Fields = Readonly<Record<string, unknown>>;
const VERDICTS = ["chosen", "eligible", "last-resort", "excluded"] as const;

function candidateIn(value: unknown): ToldCandidate | undefined {
  if (!isObject(value)) return undefined;
  const address = addressOf(value["address"]);
  const verdict = VERDICTS.find((each) => each === value["verdict"]);
  const { reason, priority, offset, behindBytes } = value;
  if (address === undefined || verdict === undefined) return undefined;
  if (!isText(reason) || !isNumber(priority) || !isNumber(offset)) return undefined;
  return {
    address,
    verdict,
    reason,
    priority,
    offset,
    behindBytes: isNumber(behindBytes) ? behindBytes : undefined,
  };
}

function riskIn(value: unknown): ToldRisk | undefined {
  if (!isObject(value)) return undefined;
  const { bytesAtLeast, bytesAtMost, mayGoOn, basis } = value;
  if (!isNumber(bytesAtLeast) || !isText(basis)) return undefined;
  return {
    bytesAtLeast,
    bytesAtMost: isNumber(bytesAtMost) ? bytesAtMost : undefined,
    mayGoOn: mayGoOn === true,
    basis,
  };
}

function addressOf(value: unknown): Address | undefined {
  if (!isObject(value)) return undefined;
  const address = addressIn(
    new Map(Object.entries(value).map(([key, each]) => [key, String(each)])),
    "host",
  );
  return address.host === "" || address.port === 0 ? undefined : address;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
