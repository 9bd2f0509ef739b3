#!/usr/bin/env node
import { readFileSync } from "node:fs";
import yargs from "yargs";
import { demoOptions } from "./demo/command.ts";

/** The operator's tool: each command's own code is loaded when it is called for. */
async function operate(args: readonly string[]): Promise<void> {
  const version = ownVersion();
  await yargs(args)
    .scriptName("vedette")
    .usage("vedette COMMAND [options]\n\nHigh availability for Redis and Valkey.")
    .command("demo", "Show a real failover, with real processes", demoOptions, async (options) => {
      const { runDemo } = await import("./demo/demo.ts");
      // A client library that still waits to reconnect must not keep the finished demo alive.
      process.exit(await runDemo({ ...options, version }));
    })
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
      process.exit(1);
    })
    .parseAsync();
}

function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return version;
}

await operate(process.argv.slice(2));
