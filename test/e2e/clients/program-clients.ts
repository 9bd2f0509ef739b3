import { join } from "node:path";
import type { Lab } from "../harness/lab.ts";
import { realProgram } from "../harness/programs.ts";
import type { RunningProcess } from "../harness/running-process.ts";
import type { Whereabouts, WritingClient } from "./writing-client.ts";

/** redis-py's own Sentinel support. */
export async function redisPyClient(lab: Lab, where: Whereabouts): Promise<WritingClient> {
  const { file, args } = realProgram("python3-redis");
  const script = join(import.meta.dirname, "follow.py");
  const words = [where.masterName, where.key, ...where.sentinelPorts.map(String)];
  return watch(await lab.run("redis-py", { file, args: [...args, script] }, words));
}

/** A shell script that asks the sentinels by redis-cli before each write. */
export async function redisCliClient(lab: Lab, where: Whereabouts): Promise<WritingClient> {
  const script = join(import.meta.dirname, "follow.sh");
  const cli = realProgram("redis-cli").file;
  const words = [cli, where.masterName, where.key, ...where.sentinelPorts.map(String)];
  return watch(await lab.run("redis-cli", { file: "/bin/sh", args: [script] }, words));
}

function watch(running: RunningProcess): WritingClient {
  const newest = (word: string): string | undefined =>
    running.log
      .split("\n")
      .toReversed()
      .find((line) => line.startsWith(`${word} `));
  return {
    get acknowledged() {
      return Number(newest("acknowledged")?.split(" ")[1] ?? 0);
    },
    get trouble() {
      return newest("failed");
    },
    async stop() {
      await running.stop();
    },
  };
}
