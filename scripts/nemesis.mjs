// npm run nemesis -- [--seconds N] [--seed S] [--only redis|vedette]: real processes are killed, stopped and cut off at random,
// for longer than `npm test` does and from another seed each time.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
  },
});
const names = { redis: "over redis-servers", vedette: "over bundled servers" };
const only = values.only === undefined ? [] : ["-t", names[values.only] ?? values.only];
const words = ["vitest", "run", "--project", "e2e", "test/e2e/nemesis.test.ts", ...only];
const { status } = spawnSync("npx", words, {
  stdio: "inherit",
  env: {
    ...process.env,
    NEMESIS_SECONDS: values.seconds ?? "60",
    NEMESIS_SEED: values.seed ?? String(Math.floor(Math.random() * 2 ** 31)),
  },
});
process.exitCode = status ?? 1;
