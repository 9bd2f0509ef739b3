// npm run fuzz -- [--seconds N] [--seed S] [--batch B]: random commands to redis-server and to vedette-server,
// every reply and the digest compared. Needs redis-server (PATH or REDIS_SERVER).
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { seconds: { type: "string" }, seed: { type: "string" }, batch: { type: "string" } },
});
const { status } = spawnSync("npx", ["vitest", "run", "--project", "fuzz"], {
  stdio: "inherit",
  env: {
    ...process.env,
    FUZZ_SECONDS: values.seconds ?? "60",
    ...(values.batch === undefined ? {} : { FUZZ_BATCH: values.batch }),
    FUZZ_SEED: values.seed ?? String(Math.floor(Math.random() * 2 ** 31)),
  },
});
process.exitCode = status ?? 1;
