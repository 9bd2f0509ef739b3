import { afterEach, describe } from "vitest";
import { failovers } from "./failover-suite.ts";
import { Lab } from "./harness/lab.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

describe("vedettes over bundled servers", () => failovers(lab, "vedette"));
