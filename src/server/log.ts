import type { LogLevel } from "./effect.ts";
import { emit, type ServerState } from "./state.ts";

export function log(state: ServerState, level: LogLevel, text: string): void {
  emit(state, { kind: "log", level, text });
}
