import type { Argv } from "yargs";

/** The options of `vedette demo`. */
export function demoOptions(yargs: Argv) {
  return yargs
    .usage("vedette demo [options]\n\nA real failover: one master, two replicas, three sentinels.")
    .option("once", {
      type: "boolean",
      default: false,
      describe: "End after one failover; exit status 0 only if everything held",
    })
    .option("server", {
      type: "string",
      requiresArg: true,
      default: "bundled",
      describe: "bundled, redis (redis-server from the PATH), or the path of a server",
    })
    .option("sentinel", {
      type: "string",
      requiresArg: true,
      default: "vedette",
      describe: "vedette, or redis or a path: the same demo with the reference, to compare",
    })
    .option("down-after-ms", {
      type: "number",
      requiresArg: true,
      default: 1000,
      describe: "Silence of the master, in ms, after which a sentinel holds it for down",
    })
    .option("keep-files", {
      type: "boolean",
      default: false,
      describe: "Leave configuration files and logs behind",
    })
    .check(
      ({ downAfterMs }) =>
        (Number.isSafeInteger(downAfterMs) && Number(downAfterMs) > 0) ||
        "--down-after-ms: a whole number above 0 is expected",
    );
}
