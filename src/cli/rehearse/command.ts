import type { Argv } from "yargs";

/** `--fault a --fault b`: one option of the user is one text, however often it is given. */
function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
}

/** What `vedette simulate` takes when it rehearses a user's own cluster. */
export function rehearsalOptions<Options>(yargs: Argv<Options>) {
  return yargs
    .positional("file", {
      type: "string",
      describe: "A sentinel.conf: rehearse faults with its settings (docs/rehearsal.md)",
    })
    .option("fault", {
      type: "string",
      requiresArg: true,
      group: "Rehearsal:",
      coerce: texts,
      describe: "What goes wrong: 'at 10s kill master'; may be given several times",
    })
    .option("runs", {
      type: "number",
      requiresArg: true,
      default: 200,
      group: "Rehearsal:",
      describe: "How many times, each with other delays and another phase of the pings",
    })
    .option("master", {
      type: "string",
      requiresArg: true,
      group: "Rehearsal:",
      describe: "Which of the masters; without it the first",
    })
    .option("sentinels", {
      type: "number",
      requiresArg: true,
      group: "Rehearsal:",
      describe: "How many there are in all, where the file knows fewer",
    })
    .option("replicas", {
      type: "number",
      requiresArg: true,
      group: "Rehearsal:",
      describe: "How many there are in all, where the file knows fewer",
    })
    .option("zone", {
      type: "string",
      requiresArg: true,
      group: "Rehearsal:",
      coerce: texts,
      describe: "NAME=HOST,HOST (or m, r1, s1): what fails together, with clients of its own",
    })
    .option("writes-per-second", {
      type: "number",
      requiresArg: true,
      default: 1_000,
      group: "Rehearsal:",
      describe: "What the clients of each place write",
    })
    .option("delay", {
      type: "string",
      requiresArg: true,
      default: "500us",
      group: "Rehearsal:",
      describe: "Of the network, one way",
    })
    .option("for", {
      type: "string",
      requiresArg: true,
      group: "Rehearsal:",
      describe: "When a run ends; without it when all is calm again, or nothing more will come",
    })
    .option("html", {
      type: "string",
      requiresArg: true,
      group: "Rehearsal:",
      describe: "Write a page with the distributions and a typical run",
    })
    .option("json", {
      type: "boolean",
      default: false,
      group: "Rehearsal:",
      describe: "One JSON document",
    })
    .option("password-env", {
      type: "string",
      requiresArg: true,
      group: "Rehearsal:",
      describe: "Variable with the password of the sentinels that --from asks",
    })
    .epilogue(
      "Exit status: 0 all invariants hold, or every rehearsed run ends with a master; 1 not so; 2 a rehearsal that makes no sense.",
    );
}

export interface RehearsalArguments {
  readonly file: string | undefined;
  /** `HOST:PORT` of a sentinel to ask. */
  readonly from: string | undefined;
  readonly fault: readonly string[];
  readonly runs: number;
  readonly seed: number | undefined;
  readonly master: string | undefined;
  readonly sentinels: number | undefined;
  readonly replicas: number | undefined;
  readonly zone: readonly string[];
  readonly writesPerSecond: number;
  readonly delay: string;
  readonly for: string | undefined;
  readonly html: string | undefined;
  readonly json: boolean;
  readonly passwordEnv: string | undefined;
}
