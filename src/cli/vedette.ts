#!/usr/bin/env node
/**
 * The operator's tool. What follows `server` is the daemon's own command line, and nothing else is
 * loaded for it: it must start as fast under this name as under its own.
 */
async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command === "server") {
    const server = await import("./vedette-server.ts");
    return server.main(rest);
  }
  const { operate } = await import("./operate.ts");
  return operate(args);
}

await main(process.argv.slice(2));
