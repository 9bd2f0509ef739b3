import { textOf } from "../base/bytes.ts";
import type { Reply } from "../resp/reply.ts";
import type { SentinelNode } from "./sentinel-node.ts";
import type { Group, World } from "./world.ts";

const AGAIN_MS = 1_000;

/**
 * The operator puts right what was done to a sentinel: it watches the group again, at the master that
 * another sentinel names, with the settings of the plan. Tried until every answer is what it should be.
 */
export function putRight(world: World, sentinel: SentinelNode, group: Group): void {
  const { operator, agenda } = world;
  const { name, quorum, downAfterMs, failoverTimeoutMs, parallelSyncs } = group.plan;
  const again = () => {
    agenda.after(AGAIN_MS, () => putRight(world, sentinel, group));
  };
  const order = (words: readonly [string, ...string[]], then: (reply: Reply) => void) => {
    operator.command(sentinel, words, (reply) => {
      world.journal.write("op", `${words.join(" ")}: ${sentinel.name} answers ${said(reply)}`);
      if (reply === undefined) again();
      else then(reply);
    });
  };
  const set = () => {
    const settings = {
      quorum,
      "down-after-milliseconds": downAfterMs,
      "failover-timeout": failoverTimeoutMs,
      "parallel-syncs": parallelSyncs,
    };
    const words = Object.entries(settings).flatMap(([option, value]) => [option, String(value)]);
    order(["SENTINEL", "SET", name, ...words], (reply) => {
      if (said(reply) !== "OK") again();
    });
  };
  askOther(world, sentinel, group, (host, port) => {
    order(["SENTINEL", "MONITOR", name, host, port, String(quorum)], (reply) => {
      if (said(reply) === "OK" || said(reply) === "ERR Duplicate master name.") set();
      else again();
    });
  });
}

/** The master's address by another sentinel; where none knows, of a server that is one. */
function askOther(
  world: World,
  sentinel: SentinelNode,
  group: Group,
  found: (host: string, port: string) => void,
): void {
  const other = world.allSentinels.find((each) => each !== sentinel && each.isRunning);
  const bySight = () => {
    const server = group.servers.find((each) => each.isMaster) ?? group.servers[0];
    if (server === undefined) throw new Error(`${group.plan.name} has no servers`);
    const { host, port } = server.announcedAddress;
    found(host, String(port));
  };
  if (other === undefined) return bySight();
  const words = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", group.plan.name] as const;
  world.operator.command(other, words, (reply) => {
    if (reply?.kind !== "array") return bySight();
    const [host, port] = reply.items;
    if (host?.kind !== "bulk" || port?.kind !== "bulk") return bySight();
    found(textOf(host.bytes), textOf(port.bytes));
  });
}

/** As a person reads it. */
export function said(reply: Reply | undefined): string {
  if (reply === undefined) return "silence";
  if (reply.kind === "integer") return String(reply.value);
  return "text" in reply ? reply.text : reply.kind;
}
