import type { Argv } from "yargs";

const SHRINK_SECONDS = 20;

/** The options of `vedette simulate`. */
export function simulateOptions(yargs: Argv) {
  return (
    yargs
      .usage(
        "vedette simulate [options]\n" +
          "vedette simulate FILE --fault TEXT [options]\n\n" +
          "Runs clusters over virtual time and network, breaks them, and checks every invariant. With a\n" +
          "sentinel.conf, or --from HOST:PORT of a running sentinel, it rehearses faults in that cluster:\n" +
          "how long, what is lost, what fails, and which setting is to blame.",
      )
      .option("seeds", {
        type: "number",
        requiresArg: true,
        default: 300,
        describe: "How many seeds to run",
      })
      .option("from", {
        type: "string",
        requiresArg: true,
        default: "1",
        describe:
          "The first of them; HOST:PORT of a running sentinel to rehearse with what it knows",
      })
      .option("seed", {
        type: "number",
        requiresArg: true,
        describe: "Run this one seed",
      })
      .option("replay", {
        type: "string",
        requiresArg: true,
        describe: "Run the plan in this file, or from standard input with -",
      })
      .option("plan", {
        type: "string",
        requiresArg: true,
        describe: "Run this plan, as it is printed for a failing seed",
      })
      .option("mixed", {
        type: "boolean",
        default: false,
        describe: "With models of redis-sentinel in each quorum",
      })
      .option("names", {
        type: "boolean",
        default: false,
        describe: "In a world of host names, where machines move",
      })
      .option("crowded", {
        type: "boolean",
        default: false,
        describe: "With many masters, which die together",
      })
      .option("maintained", {
        type: "boolean",
        default: false,
        describe: "With people who pause, forget, and have failovers wait for them",
      })
      .option("losing", {
        type: "boolean",
        default: false,
        describe: "With servers that come back without their data, and whole groups that go down",
      })
      .option("shrink-seconds", {
        type: "number",
        requiresArg: true,
        describe: `Cut a failing run down for so long; 0: not at all [default: ${SHRINK_SECONDS}, of a plan 0]`,
      })
      .option("save-plan", {
        type: "string",
        requiresArg: true,
        describe: "Write the plan of the one run to this file; of a failure, the one cut down",
      })
      .option("drawing", {
        type: "string",
        requiresArg: true,
        describe: "Draw the one run as a page of HTML; of a failure, the one cut down",
      })
      .option("coverage", {
        type: "boolean",
        default: false,
        describe: "Run every sort of world in turn, and print what the seeds reached",
      })
      .option("coverage-required", {
        type: "boolean",
        default: false,
        describe: "The same, and fail when anything is missed that seeds should reach",
      })
      .option("journal", {
        type: "boolean",
        default: false,
        describe: "Print what happened",
      })
      .option("verbose", {
        type: "boolean",
        default: false,
        describe: "Print every input and effect as well",
      })
      .check(
        ({ seeds, from, seed = 0 }) =>
          [seeds, from.includes(":") ? 1 : Number(from), seed].every(
            (value) => Number.isSafeInteger(value) && value >= 0,
          ) || "--seeds, --from and --seed: whole numbers from 0 are expected",
      )
      .check(
        ({ shrinkSeconds = 0 }) =>
          Number(shrinkSeconds) >= 0 || "--shrink-seconds: a number of seconds from 0 is expected",
      )
      .check(
        ({ seed, replay, plan }) =>
          [seed, replay, plan].filter((given) => given !== undefined).length <= 1 ||
          "--seed, --replay and --plan: one of them is expected",
      )
      .check(
        ({ seed, replay, plan, savePlan, drawing }) =>
          (savePlan ?? drawing) === undefined ||
          (seed ?? replay ?? plan) !== undefined ||
          "--save-plan and --drawing go with --seed, --replay or --plan",
      )
      // Not yargs' own `conflicts`: an option that has a default counts as given there.
      .check(
        ({ mixed, names, crowded }) =>
          !(mixed && (names || crowded)) || "--mixed goes neither with --names nor with --crowded",
      )
      // A replica whose IP passes to a server of another group is kept, as by the reference: such
      // clusters never agree on the number of replicas.
      .check(({ names, crowded }) => !(names && crowded) || "--names does not go with --crowded")
  );
}

export interface SimulateOptions {
  readonly seeds: number;
  readonly from: number;
  readonly seed: number | undefined;
  readonly replay: string | undefined;
  readonly plan: string | undefined;
  readonly shrinkSeconds: number | undefined;
  readonly savePlan: string | undefined;
  readonly drawing: string | undefined;
  readonly coverage: boolean;
  readonly coverageRequired: boolean;
  readonly mixed: boolean;
  readonly names: boolean;
  readonly crowded: boolean;
  readonly maintained: boolean;
  readonly losing: boolean;
  readonly journal: boolean;
  readonly verbose: boolean;
}

/** How long a failing run is cut down: one that is given as a plan has been cut down already. */
export function shrinkSecondsOf({ shrinkSeconds, replay, plan }: SimulateOptions): number {
  return shrinkSeconds ?? ((replay ?? plan) === undefined ? SHRINK_SECONDS : 0);
}

/** @returns the exit status: 1 when an invariant was broken or a plan makes no sense */
export async function runSimulate(options: SimulateOptions): Promise<number> {
  if ((options.seed ?? options.replay ?? options.plan) === undefined) {
    const { runCampaign } = await import("./campaign.ts");
    return runCampaign(options);
  }
  const { runOne } = await import("./one-run.ts");
  return runOne(options);
}
