import type { FaultKind } from "../fault-kinds.ts";
import { CLOCK_FAULTS } from "./clock-faults.ts";
import { DISK_FAULTS } from "./disk-faults.ts";
import type { FaultType } from "./fault.ts";
import { MAINTENANCE_FAULTS } from "./maintenance-faults.ts";
import { LOSS_FAULTS } from "./loss-faults.ts";
import { NAME_FAULTS } from "./name-faults.ts";
import { NETWORK_FAULTS } from "./network-faults.ts";
import { OPERATOR_FAULTS } from "./operator-faults.ts";
import { PROCESS_FAULTS } from "./process-faults.ts";
import { SERVER_FAULTS } from "./server-faults.ts";

/** How each kind of fault is drawn, checked and done; a new kind does not compile until it is here. */
export const FAULT_TYPES: Readonly<Record<FaultKind, FaultType>> = {
  ...PROCESS_FAULTS,
  ...LOSS_FAULTS,
  ...NETWORK_FAULTS,
  ...DISK_FAULTS,
  ...NAME_FAULTS,
  ...OPERATOR_FAULTS,
  ...MAINTENANCE_FAULTS,
  ...CLOCK_FAULTS,
  ...SERVER_FAULTS,
};
