import yargs from "yargs";
import { readVersion } from "../shell/server/facts.ts";
import { checkOptions } from "./check/command.ts";
import { demoOptions } from "./demo/command.ts";
import { EXIT } from "./operator/exit-status.ts";
import { mastersToComplete, withCompletion } from "./operator/completion.ts";
import { operatorCommands } from "./operator-commands.ts";
import { rehearsalOptions } from "./rehearse/command.ts";
import { runSimulate, simulateOptions } from "./simulate/command.ts";

/** Runs one command of the operator's tool; each command's own code is loaded when it is called. */
export async function operate(args: readonly string[]): Promise<void> {
  const version = readVersion();
  await operatorCommands(withCompletion(yargs(args), await mastersToComplete(args)))
    .scriptName("vedette")
    .usage("vedette COMMAND [options]\n\nHigh availability for Redis and Valkey.")
    .command("demo", "Show a real failover, with real processes", demoOptions, async (options) => {
      const { runDemo } = await import("./demo/demo.ts");
      // A client library that still waits to reconnect must not keep the finished demo alive.
      process.exit(await runDemo({ ...options, version }));
    })
    .command(
      "simulate [file]",
      "Run simulated clusters and check every invariant; rehearse faults with your own settings",
      (options) => rehearsalOptions(simulateOptions(options)),
      async (options) => {
        const { file, fault = [], zone = [] } = options;
        const from = options.from.includes(":") ? options.from : undefined;
        if (file === undefined && from === undefined && fault.length === 0) {
          process.exit(await runSimulate({ ...options, from: Number(options.from) }));
        }
        const { runRehearse } = await import("./rehearse/rehearse.ts");
        process.exit(await runRehearse({ ...options, file, from, fault, zone }));
      },
    )
    .command(
      "check [files..]",
      "Look for dangerous settings in a sentinel.conf or a running set",
      checkOptions,
      async (options) => {
        const { files = [] } = options;
        if (files.length === 0) {
          const { runCheckRunning } = await import("./check/check-running.ts");
          process.exit(await runCheckRunning(options));
        }
        const { runCheck } = await import("./check/check.ts");
        process.exit(runCheck({ ...options, files }));
      },
    )
    .command("sentinel", "Run the daemon; the words behind it are vedette-sentinel's")
    .command("server", "Run the bundled server; the words behind it are vedette-server's")
    .version(version)
    .help()
    .strictCommands()
    .strict()
    .demandCommand(1, "a command is missing")
    .wrap(100)
    .fail((message: string | null, error: unknown) => {
      // A message is about the command line; without one, a command has failed.
      if (message === null) throw error;
      process.stderr.write(`vedette: ${message}; see vedette --help\n`);
      process.exit(EXIT.usage);
    })
    .parseAsync();
}
