import type { Cast } from "../cast.ts";
import { PlanError } from "../plan-file/plan-error.ts";
import { DetailReader } from "./detail-reader.ts";
import { FAULT_TYPES } from "./fault-types.ts";
import type { Fault } from "./fault.ts";

/** Can this fault happen to that cast? */
export function makesSense(fault: Fault, cast: Cast): boolean {
  try {
    FAULT_TYPES[fault.kind].check(DetailReader.of(fault.with, cast));
    return true;
  } catch (error) {
    if (error instanceof PlanError) return false;
    throw error;
  }
}
