import { after, type Millis } from "../base/units.ts";
import { logLine, type Turn } from "./turn.ts";

/** What a stranger may provoke as often as he likes. */
export type Complaint = "hello" | "epoch" | "sentinels" | "replicas";

/** Of each kind, so that nobody can fill the log. */
const COMPLAINT_PERIOD_MS = 60_000;

export interface Complaints {
  readonly told: Map<Complaint, { readonly at: Millis; untold: number }>;
}

/** A warning for the log, at most once a minute of its kind; the next one counts what was left out. */
export function complain(turn: Turn, kind: Complaint, message: string): void {
  const { told } = turn.state.complaints;
  const before = told.get(kind);
  if (before !== undefined && turn.now < after(before.at, COMPLAINT_PERIOD_MS)) {
    before.untold++;
    return;
  }
  const untold = before?.untold ?? 0;
  told.set(kind, { at: turn.now, untold: 0 });
  const rest = untold === 0 ? "" : ` (and ${untold} more like it since the last such line)`;
  logLine(turn, "warning", `${message}${rest}`);
}
