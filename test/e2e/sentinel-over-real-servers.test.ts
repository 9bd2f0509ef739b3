import { afterEach } from "vitest";
import { failovers } from "./failover-suite.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal } from "./harness/programs.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

describeWithReal(["redis-server"], "vedettes over real redis-servers", () =>
  failovers(lab, "redis"),
);
