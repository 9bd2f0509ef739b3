/**
 * `import { startCluster } from "vedette/testing"`: a whole set of servers and sentinels inside a test
 * of any Node project. docs/embedding.md shows how.
 */
export { Cluster, startCluster } from "./testing/cluster.ts";
export type { ClusterAddresses, FailoverReport, Target } from "./testing/cluster.ts";
export { ClusterError } from "./testing/errors.ts";
export type { ClusterNode } from "./testing/node.ts";
export type { ClusterOptions } from "./testing/options.ts";
export { type Answer, ReplyError } from "./testing/question.ts";
