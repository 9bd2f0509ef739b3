import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";

const LOOK_AGAIN_MS = 15;
export const DEFAULT_WITHIN_MS = 20_000;

export interface Condition<Seen> {
  /** What is waited for, for the error message. */
  readonly name: string;
  /** Looks at the world; an error thrown here counts as 'not yet'. */
  readonly look: () => Promise<Seen> | Seen;
  readonly holds: (seen: Seen) => boolean;
  readonly withinMs?: number;
  /** Told with the failure: logs, mostly. */
  readonly context?: () => string;
}

/**
 * Waits for a named condition.
 * @returns what was seen when it held
 * @throws {Error} after the deadline, with what was seen last
 */
export async function until<Seen>(condition: Condition<Seen>): Promise<Seen> {
  const withinMs = condition.withinMs ?? DEFAULT_WITHIN_MS;
  const deadline = performance.now() + withinMs;
  for (;;) {
    const look = await tryToLook(condition);
    if (look.kind === "holds") return look.seen;
    if (performance.now() >= deadline) {
      const seen = typeof look.last === "string" ? look.last : inspect(look.last, { depth: 5 });
      const context = condition.context === undefined ? "" : `\n${condition.context()}`;
      throw new Error(`${condition.name}: not within ${withinMs} ms; last seen: ${seen}${context}`);
    }
    await pause(LOOK_AGAIN_MS);
  }
}

type Look<Seen> =
  | { readonly kind: "holds"; readonly seen: Seen }
  | { readonly kind: "not-yet"; readonly last: unknown };

async function tryToLook<Seen>(condition: Condition<Seen>): Promise<Look<Seen>> {
  try {
    const seen = await condition.look();
    return condition.holds(seen) ? { kind: "holds", seen } : { kind: "not-yet", last: seen };
  } catch (error) {
    return { kind: "not-yet", last: error };
  }
}
