import type { ValueKind } from "./value-kind.ts";

/** When a parameter may change: at any time, never while running, or only where that is allowed. */
export type Access = "mutable" | "immutable" | "protected";

/** One setting of redis.conf and CONFIG. */
export interface Parameter<Value> {
  readonly kind: ValueKind<Value>;
  readonly initial: Value;
  /** The older name, which CONFIG GET reports beside the name. */
  readonly alias: string | undefined;
  readonly access: Access;
  /** Meant for tests: CONFIG GET shows it by its name only, never by a pattern. */
  readonly isHidden: boolean;
}

export function mutable<Value>(
  kind: ValueKind<Value>,
  initial: Value,
  alias?: string,
): Parameter<Value> {
  return { kind, initial, alias, access: "mutable", isHidden: false };
}

export function immutable<Value>(
  kind: ValueKind<Value>,
  initial: Value,
  alias?: string,
): Parameter<Value> {
  return { kind, initial, alias, access: "immutable", isHidden: false };
}

/** Changed by CONFIG SET only with `enable-protected-configs`: it decides where files are written. */
export function guarded<Value>(kind: ValueKind<Value>, initial: Value): Parameter<Value> {
  return { kind, initial, alias: undefined, access: "protected", isHidden: false };
}

export function hidden<Value>(kind: ValueKind<Value>, initial: Value): Parameter<Value> {
  return { kind, initial, alias: undefined, access: "mutable", isHidden: true };
}
