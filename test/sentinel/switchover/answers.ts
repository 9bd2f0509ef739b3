import type { Effect } from "../../../src/sentinel/effect.ts";
import type { DataInstance } from "../../../src/sentinel/state.ts";
import type { ServerOrder } from "../../../src/wire/server-order.ts";
import { wordsOfOrder } from "../../../src/wire/server-order.ts";
import {
  commandsIn,
  MASTER,
  masterInfo,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  type WatchedMaster,
} from "../watched-master.ts";

const REPLID = "7".repeat(40);
/** How far master and replicas are, unless said otherwise. */
export const OFFSET = 1000;

/** INFO of the master behind which both replicas are. */
export function wellMasterInfo(
  more: { readonly offset?: number; readonly acked?: number; readonly state?: string } = {},
): string[] {
  const { offset = OFFSET, acked = OFFSET - 100, state = "no-failover" } = more;
  return [
    ...masterInfo([]),
    ...[REPLICA_1, REPLICA_2].map(
      ({ host, port }, index) =>
        `slave${index}:ip=${host},port=${port},state=online,offset=${acked},lag=0`,
    ),
    `master_failover_state:${state}`,
    `master_replid:${REPLID}`,
    `master_repl_offset:${offset}`,
  ];
}

export function wellReplicaInfo(
  world: WatchedMaster,
  at: typeof REPLICA_1,
  more: { readonly offset?: number; readonly lines?: readonly string[] } = {},
): string[] {
  const { offset = OFFSET, lines = [] } = more;
  return replicaInfo(world.replica(at), MASTER, [
    `slave_repl_offset:${offset}`,
    `master_replid:${REPLID}`,
    `master_repl_offset:${offset}`,
    ...lines,
  ]);
}

/** The old master, once it follows the replica. */
export function demotedInfo(to: typeof REPLICA_1, offset = OFFSET): string[] {
  return [
    ...masterInfo([]).filter((line) => line !== "role:master"),
    "role:slave",
    `master_host:${to.host}`,
    `master_port:${to.port}`,
    "master_link_status:down",
    `slave_repl_offset:${offset}`,
    "master_failover_state:no-failover",
    `master_replid:${REPLID}`,
    `master_repl_offset:${offset}`,
  ];
}

export function promotedInfo(offset = OFFSET): string[] {
  return ["role:master", `run_id:${"2".repeat(40)}`, `master_repl_offset:${offset}`];
}

/** A server answers an order: each of its commands, with an error where one is given. */
export function answerOrder(
  world: WatchedMaster,
  instance: DataInstance,
  order: ServerOrder,
  refusals: readonly (string | undefined)[] = [],
): readonly Effect[] {
  return world.give({
    kind: "order-reply",
    link: instance.link.id,
    order,
    refusals: wordsOfOrder(order).map((_, at) => refusals[at]),
  });
}

export function ordersIn(effects: readonly Effect[]): ServerOrder[] {
  return commandsIn(effects, "order").map(({ order }) => order);
}

/** What a server says to a probe that may do everything. */
const ALLOWED = [
  "ERR No failover in progress.",
  "ERR timeout is not an integer or out of range",
  "ERR Unknown client type 'probe'",
];

/** Everything that is asked beforehand is answered. */
export function answerPreparation(
  world: WatchedMaster,
  given: {
    readonly rights?: readonly (string | undefined)[];
    readonly offset?: number;
    readonly downAfterMs?: number;
    readonly view?: typeof MASTER;
    readonly silent?: readonly string[];
  } = {},
): readonly Effect[] {
  const { rights = ALLOWED, offset = OFFSET, downAfterMs = 1000, view = MASTER } = given;
  const { master } = world;
  const seen = [
    ...world.info(master, wellMasterInfo()),
    ...world.info(world.replica(REPLICA_1), wellReplicaInfo(world, REPLICA_1, { offset })),
    ...world.info(
      world.replica(REPLICA_2),
      wellReplicaInfo(world, REPLICA_2, { offset: Math.min(900, offset) }),
    ),
    ...answerOrder(world, master, { kind: "probe-rights" }, rights),
  ];
  for (const letter of ["b", "c"]) {
    if (given.silent?.includes(letter) === true) continue;
    const { link } = world.peer(letter);
    const { masterName } = master;
    const says = { address: view, downAfterMs };
    seen.push(
      ...world.give({ kind: "master-reply", link: link.id, master: masterName, view: says }),
    );
  }
  return seen;
}

/** Up to the order that writes wait. */
export function electForSwitchover(world: WatchedMaster): readonly Effect[] {
  return [
    ...answerPreparation(world),
    ...world.answerAsk("b", { down: false, leader: "a", epoch: world.state.currentEpoch }),
  ];
}
