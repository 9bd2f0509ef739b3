// npm run fuzz -- [--seconds N] [--seed S] [--batch B] [--only NAME]: what stands in test/fuzz, for longer than
// `npm test` does and from another seed each time; NAME is a part of a file's name. Some of it needs
// redis-server (PATH or REDIS_SERVER).
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    seed: { type: "string" },
    batch: { type: "string" },
    only: { type: "string" },
  },
});
const only = values.only === undefined ? [] : [`test/fuzz/${values.only}`];
const { status } = spawnSync("npx", ["vitest", "run", "--project", "fuzz", ...only], {
  stdio: "inherit",
  env: {
    ...process.env,
    FUZZ_SECONDS: values.seconds ?? "60",
    ...(values.batch === undefined ? {} : { FUZZ_BATCH: values.batch }),
    FUZZ_SEED: values.seed ?? String(Math.floor(Math.random() * 2 ** 31)),
  },
});
process.exitCode = status ?? 1;
