import { saveNumber } from "../../src/base/units.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import type { Input } from "../../src/sentinel/input.ts";
import type { Master, SentinelState } from "../../src/sentinel/state.ts";
import { formatHello, type HelloContent, parseHello } from "../../src/wire/hello.ts";
import type { SimulationPlan } from "../../src/sim/plan.ts";
import { REAL_PROGRAM, type SentinelProgram } from "../../src/sim/sentinel-program.ts";

/** A mistake somebody could make in the core, and the invariant that must notice it. */
export interface PlantedFault {
  readonly program: SentinelProgram;
  readonly invariant: string;
  /** The first seeds among which one at least must fail. */
  readonly within: number;
  /** What the seeds draw; the usual worlds without it. */
  readonly plan?: (seed: number) => SimulationPlan;
}

type Step = SentinelProgram["step"];

export function withStep(tamper: (step: Step) => Step): SentinelProgram {
  return { ...REAL_PROGRAM, step: tamper(REAL_PROGRAM.step) };
}

/** Runs the step with something about the state changed, and changes it back. */
export function during(state: SentinelState, change: (master: Master) => () => void): () => void {
  const undo = [...state.masters.values()].map(change);
  return () => {
    for (const each of undo) each();
  };
}

export function withEffects(
  tamper: (effect: Effect, state: SentinelState, input: Input) => Effect[],
) {
  return withStep(
    (step) => (state, input, now) =>
      step(state, input, now).flatMap((effect) => tamper(effect, state, input)),
  );
}

export function isVoteRequest(input: Input): input is Extract<Input, { kind: "client-request" }> {
  return (
    input.kind === "client-request" &&
    input.args[1] === "is-master-down-by-addr" &&
    input.args[5] !== "*"
  );
}

/** Does the answer to a vote request name somebody? */
export function givesVote({ reply }: Extract<Effect, { kind: "reply" }>): boolean {
  if (reply.kind !== "value" || reply.reply.kind !== "array") return false;
  const [, leader] = reply.reply.items;
  return leader?.kind === "bulk" && leader.bytes !== "*";
}

/** Waits for no save. */
export const NOW = saveNumber(0);

export function withHellos(tamper: (hello: HelloContent, state: SentinelState) => HelloContent) {
  return withEffects((effect, state) => {
    if (effect.kind !== "send" || effect.command.name !== "hello") return [effect];
    const hello = parseHello(effect.command.payload);
    if (hello.kind !== "hello") return [effect];
    const payload = formatHello(tamper(hello, state));
    return [{ ...effect, command: { ...effect.command, payload } }];
  });
}

/** Runs the step with the masters changed by `change`, which says how to change them back. */
export function withMasters(change: (master: Master) => () => void): SentinelProgram {
  return withStep((step) => (state, input, now) => {
    const restore = during(state, change);
    const effects = step(state, input, now);
    restore();
    return effects;
  });
}

export function withInputs(
  tamper: (input: Input, state: SentinelState) => Input | undefined,
): SentinelProgram {
  return withStep((step) => (state, input, now) => {
    const taken = tamper(input, state);
    return taken === undefined ? [] : step(state, taken, now);
  });
}

/** The lines of the file that the pattern finds are written otherwise. */
export function withFile(pattern: RegExp, replacement: string): SentinelProgram {
  return {
    ...REAL_PROGRAM,
    render: (state, previous) =>
      REAL_PROGRAM.render(state, previous).replaceAll(pattern, replacement),
  };
}

export function withLoaded(forget: (state: SentinelState) => void): SentinelProgram {
  return {
    ...REAL_PROGRAM,
    load(text, when) {
      const state = REAL_PROGRAM.load(text, when);
      forget(state);
      return state;
    },
  };
}
