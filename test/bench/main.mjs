// node test/bench/main.mjs [failover|safety|scale|query|server|memory|replication] [--rounds N] [--json]
//   [--only 0,1] (columns of failover and safety) [--faults kill,hang,…] (of safety: its scenarios) [--sizes 10,100,1000,3000,0] (masters of scale)
// Needs a build, and redis-server, redis-sentinel and redis-benchmark (PATH or REDIS_SERVER, …).
import { parseArgs } from "node:util";
import { benchFailover } from "./failover.mjs";
import { benchFullSync } from "./full-sync.mjs";
import { benchHttp } from "./http.mjs";
import { benchKeyMemory } from "./key-memory.mjs";
import { benchQuery } from "./query.mjs";
import { benchReplicaCost } from "./replica-cost.mjs";
import { benchSafety } from "./safety.mjs";
import { benchScale } from "./scale.mjs";
import { benchServer } from "./server.mjs";

const BENCHMARKS = new Map(
  Object.entries({
    failover: [benchFailover],
    safety: [benchSafety],
    scale: [benchScale],
    http: [benchHttp],
    query: [benchQuery],
    server: [benchServer, benchKeyMemory, benchReplicaCost, benchFullSync],
    memory: [benchKeyMemory],
    replication: [benchReplicaCost, benchFullSync],
  }),
);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string" },
    only: { type: "string" },
    faults: { type: "string" },
    sizes: { type: "string" },
    json: { type: "boolean" },
  },
});
const names = positionals.length === 0 ? ["failover", "server"] : positionals;
const options = {
  json: values.json ?? false,
  ...(values.rounds === undefined ? {} : { rounds: Number(values.rounds) }),
  ...(values.only === undefined ? {} : { only: values.only.split(",").map(Number) }),
  ...(values.faults === undefined ? {} : { faults: values.faults.split(",") }),
  ...(values.sizes === undefined ? {} : { sizes: values.sizes.split(",").map(Number) }),
};
for (const name of names) {
  const benchmarks = BENCHMARKS.get(name);
  if (benchmarks === undefined) {
    throw new Error(`no benchmark is called ${name}: ${[...BENCHMARKS.keys()].join(", ")}`);
  }
  for (const benchmark of benchmarks) await benchmark(options);
}
