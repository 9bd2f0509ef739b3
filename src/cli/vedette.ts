#!/usr/bin/env node
/**
 * The operator's tool. What follows `sentinel` and `server` is the daemon's own command line, and
 * nothing else is loaded for them: they must start as fast under this name as under theirs.
 */
async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command === "sentinel") {
    const sentinel = await import("./vedette-sentinel.ts");
    process.exit(await sentinel.main(rest));
  }
  if (command === "server") {
    const server = await import("./vedette-server.ts");
    return server.main(rest);
  }
  const { operate } = await import("./operate.ts");
  return operate(args);
}

await main(process.argv.slice(2));
