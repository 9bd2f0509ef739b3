// node test/bench/main.mjs [failover|server|replication] [--rounds N] [--only 0,1]
// Needs a build, and redis-server, redis-sentinel and redis-benchmark (PATH or REDIS_SERVER, …).
import { parseArgs } from "node:util";
import { benchFailover } from "./failover.mjs";
import { benchFullSync } from "./full-sync.mjs";
import { benchReplicaCost } from "./replica-cost.mjs";
import { benchServer } from "./server.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string" }, only: { type: "string" } },
});
const names = positionals.length === 0 ? ["failover", "server"] : positionals;
const options = {
  ...(values.rounds === undefined ? {} : { rounds: Number(values.rounds) }),
  ...(values.only === undefined ? {} : { only: values.only.split(",").map(Number) }),
};
for (const name of names) {
  if (name === "failover") await benchFailover(options);
  else if (name === "server") {
    await benchServer(options);
    await benchReplication(options);
  } else if (name === "replication") await benchReplication(options);
  else throw new Error(`no benchmark is called ${name}: failover, server, replication`);
}

/** @param {{ rounds?: number }} all */
async function benchReplication(all) {
  await benchReplicaCost(all);
  await benchFullSync(all);
}
