/**
 * The receipt of a failover, as far as the page shows it. What the sentinel tells is read with care:
 * a field that is missing or of another kind is shown as not known, and the rest goes on.
 */
export interface Receipt {
  readonly id: string;
  readonly at: number;
  readonly cause: string;
  readonly reason: string;
  readonly result: string;
  readonly resultReason: string | undefined;
  readonly requestedBy: string | undefined;
  readonly epoch: number | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly isOwn: boolean;
  readonly phases: readonly ReceiptPhase[];
  readonly totalMs: number;
  readonly votes: string | undefined;
  readonly candidates: readonly ReceiptCandidate[];
  readonly atRisk: string | undefined;
  readonly returned: string | undefined;
  readonly notes: readonly string[];
}

export interface ReceiptPhase {
  readonly phase: string;
  readonly ms: number;
}

export interface ReceiptCandidate {
  readonly address: string;
  readonly verdict: string;
  readonly reason: string;
  readonly offset: number | undefined;
  readonly behindBytes: number | undefined;
}

/** @returns undefined for audit lines and what is no receipt */
export function readReceipt(value: unknown): Receipt | undefined {
  if (!isObject(value) || typeof value["id"] !== "string") return undefined;
  if (value["kind"] !== undefined && value["kind"] !== "failover") return undefined;
  const outcome = objectIn(value, "outcome");
  const { from: left } = value;
  const phases = listIn(value, "phases").flatMap(phaseOf);
  return {
    id: value["id"],
    at: momentIn(value, "at"),
    cause: textIn(value, "cause") ?? "",
    reason: textIn(value, "reason") ?? "",
    result: textIn(outcome, "result") ?? "",
    resultReason: textIn(outcome, "reason"),
    requestedBy: requesterOf(objectIn(value, "requestedBy")),
    epoch: numberIn(value, "epoch"),
    from: textOf(left),
    to: textIn(value, "to"),
    isOwn: value["view"] !== "observer",
    phases,
    totalMs: numberIn(value, "totalMs") ?? phases.reduce((sum, { ms }) => sum + ms, 0),
    votes: votesText(objectIn(value, "votes")),
    candidates: listIn(value, "candidates").flatMap(candidateOf),
    atRisk: riskText(objectIn(value, "atRisk")),
    returned: returnedText(objectIn(value, "returned")),
    notes: listIn(value, "notes").filter((note) => typeof note === "string"),
  };
}

type Fields = Readonly<Record<string, unknown>>;
const NOTHING: Fields = {};

function phaseOf(value: unknown): ReceiptPhase[] {
  if (!isObject(value)) return [];
  const phase = textIn(value, "phase");
  const ms = numberIn(value, "ms");
  return phase === undefined || ms === undefined ? [] : [{ phase, ms }];
}

function candidateOf(value: unknown): ReceiptCandidate[] {
  if (!isObject(value)) return [];
  const address = textIn(value, "address");
  if (address === undefined) return [];
  return [
    {
      address,
      verdict: textIn(value, "verdict") ?? "",
      reason: textIn(value, "reason") ?? "",
      offset: numberIn(value, "offset"),
      behindBytes: numberIn(value, "behindBytes"),
    },
  ];
}

function votesText(votes: Fields): string | undefined {
  const received = numberIn(votes, "received");
  if (received === undefined) return undefined;
  return `${received} of ${numberIn(votes, "voters") ?? "?"} votes, ${numberIn(votes, "needed") ?? "?"} needed, quorum ${numberIn(votes, "quorum") ?? "?"}`;
}

function riskText(risk: Fields): string | undefined {
  const least = numberIn(risk, "bytesAtLeast");
  if (least === undefined) return undefined;
  const most = numberIn(risk, "bytesAtMost");
  const upTo = most === undefined ? "" : ` to ${most.toLocaleString("en")}`;
  const basis = textIn(risk, "basis");
  const on = risk["mayGoOn"] === true ? "; the old master may have written on" : "";
  return `${least.toLocaleString("en")}${upTo} bytes${on}${basis === undefined ? "" : `: ${basis}`}`;
}

function returnedText(returned: Fields): string | undefined {
  const reason = textIn(returned, "reason");
  const extra = numberIn(returned, "extraBytes");
  if (reason === undefined && extra === undefined) return undefined;
  const bytes =
    extra === undefined ? "" : `${extra.toLocaleString("en")} bytes more than its successor`;
  return [bytes, reason].filter((part) => part !== undefined && part !== "").join(": ");
}

function requesterOf(value: Fields): string | undefined {
  const user = textIn(value, "user");
  const address = textIn(value, "address");
  if (user === undefined) return address;
  return address === undefined ? user : `${user} from ${address}`;
}

/** ISO 8601, as ms since 1970. */
function momentIn(value: Fields, name: string): number {
  const read = Date.parse(textIn(value, name) ?? "");
  return Number.isNaN(read) ? 0 : read;
}

function textIn(value: Fields, name: string): string | undefined {
  return textOf(value[name]);
}

function textOf(text: unknown): string | undefined {
  return typeof text === "string" && text !== "" ? text : undefined;
}

function numberIn(value: Fields, name: string): number | undefined {
  const number = value[name];
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function listIn(value: Fields, name: string): readonly unknown[] {
  const list = value[name];
  return Array.isArray(list) ? list : [];
}

function objectIn(value: Fields, name: string): Fields {
  const object = value[name];
  return isObject(object) ? object : NOTHING;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
