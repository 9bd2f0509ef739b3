import type { Argv } from "yargs";

/** Where to look when nobody says. */
const DEFAULT_PLACE = "127.0.0.1:26379";
const GROUP = "Which sentinels:";

/** How to reach a running set of sentinels: the same for every command that talks to one. */
export interface ReachOptions {
  /** `HOST:PORT[,HOST:PORT …]`: the first that answers names the others. */
  readonly from: string;
  readonly user: string | undefined;
  readonly passFile: string | undefined;
  readonly tls: boolean;
  readonly tlsCa: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsName: string | undefined;
  readonly tlsInsecure: boolean;
  readonly timeout: number;
}

export interface OutputOptions {
  readonly json: boolean;
}

/** `--from`, who we are there, and how the way is encrypted. */
export function reachOptions<Options>(yargs: Argv<Options>) {
  return yargs
    .option("from", {
      type: "string",
      requiresArg: true,
      default: process.env["VEDETTE_FROM"] ?? DEFAULT_PLACE,
      defaultDescription: `$VEDETTE_FROM, else ${DEFAULT_PLACE}`,
      group: GROUP,
      describe: "HOST:PORT[,HOST:PORT] of sentinels; the first that answers names the others",
    })
    .option("user", {
      type: "string",
      requiresArg: true,
      group: GROUP,
      describe: "ACL user on the sentinels",
    })
    .option("pass-file", {
      type: "string",
      requiresArg: true,
      group: GROUP,
      describe: "File with the sentinels' password; without it $VEDETTE_PASSWORD",
    })
    .option("tls", {
      type: "boolean",
      default: false,
      group: GROUP,
      describe: "The sentinels speak TLS",
    })
    .option("tls-ca", {
      type: "string",
      requiresArg: true,
      group: GROUP,
      describe: "Authorities to trust (PEM); implies --tls",
    })
    .option("tls-cert", {
      type: "string",
      requiresArg: true,
      group: GROUP,
      describe: "Our certificate, where they want one",
    })
    .option("tls-key", {
      type: "string",
      requiresArg: true,
      group: GROUP,
      describe: "The key of --tls-cert",
    })
    .option("tls-name", {
      type: "string",
      requiresArg: true,
      group: GROUP,
      describe: "The name in their certificates, where it is not the host's",
    })
    .option("tls-insecure", {
      type: "boolean",
      default: false,
      group: GROUP,
      describe: "Take any certificate",
    })
    .option("timeout", {
      type: "number",
      requiresArg: true,
      default: 3_000,
      group: GROUP,
      describe: "How long a sentinel may take to answer, in ms",
    })
    .check(
      ({ timeout }) =>
        (Number.isSafeInteger(timeout) && timeout >= 10 && timeout <= 600_000) ||
        "--timeout: a whole number of ms from 10 to 600000 is expected",
    );
}

export function jsonOption<Options>(yargs: Argv<Options>) {
  return yargs.option("json", {
    type: "boolean",
    default: false,
    describe: "JSON for programs; fields are added, never changed",
  });
}

/** For what changes something: a person is asked, a script says so beforehand. */
function yesOption<Options>(yargs: Argv<Options>) {
  return yargs.option("yes", {
    alias: "y",
    type: "boolean",
    default: false,
    describe: "Do it without asking",
  });
}

/** What every order about one master takes: whom to tell, how to answer, that it is meant, which master. */
export function orderOptions<Options>(yargs: Argv<Options>) {
  return masterPosition(yesOption(jsonOption(reachOptions(yargs))));
}

export function masterPosition<Options>(yargs: Argv<Options>) {
  return yargs.positional("master", {
    type: "string",
    demandOption: true,
    describe: "The name of the master",
  });
}

/** Well under what a timer can take: one that is given more ends at once. */
const SECONDS_MAX = 1_000_000;

/** @returns true, or the sentence that says what was expected of the option */
export function secondsCheck(option: string, seconds: number): true | string {
  return (
    (seconds > 0 && seconds <= SECONDS_MAX) ||
    `--${option}: a number of seconds above 0 is expected, at most ${SECONDS_MAX}`
  );
}
