import { bytesText } from "../../base/quantity-text.ts";
import type { MasterDetails, ReplicaView, SentinelView } from "../api/types.ts";
import { type Tone, masterSaid, replicaSaid, sentinelSaid } from "./words.ts";

/** One box of the drawing; `x` and `y` are its upper left corner. */
export interface TopologyNode {
  /** Stays while the instance stays, so that a box moves instead of vanishing. */
  readonly key: string;
  readonly kind: "master" | "replica" | "sentinel";
  readonly label: string;
  readonly word: string;
  readonly tone: Tone;
  readonly detail: string;
  readonly isSelf: boolean;
  readonly isPromoted: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line from box to box: a stream of writes, or who watches whom. */
export interface TopologyEdge {
  readonly key: string;
  readonly kind: "stream" | "watch";
  readonly tone: Tone;
  readonly word: string;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface TopologyDrawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
}

const NODE_HEIGHT = 58;
const NODE_WIDTH_MAX = 216;
const NODE_WIDTH_MIN = 128;
const GAP_X = 14;
const GAP_Y = 64;
const ROW_GAP = 16;
const MARGIN = 6;

/** The data servers by tiers: the master, who follows it, who follows those. */
export function tiersOf(details: MasterDetails): readonly (readonly ReplicaView[])[] {
  const tiers: ReplicaView[][] = [];
  let above = new Set([details.address]);
  let rest = [...details.replicas];
  while (rest.length > 0) {
    const tier = rest.filter(({ follows }) => above.has(follows ?? details.address));
    if (tier.length === 0) {
      // They follow somebody unknown, or each other: beside the first tier, not lost.
      tiers[0] = [...(tiers[0] ?? []), ...rest];
      return tiers;
    }
    tiers.push(tier);
    above = new Set(tier.map(({ address }) => address));
    rest = rest.filter((each) => !tier.includes(each));
  }
  return tiers;
}

/** Where everybody stands, for a drawing of this width: sentinels above, the master, then its tiers. */
export function layoutTopology(details: MasterDetails, width: number): TopologyDrawing {
  const drawing = new Drawing(width);
  const sentinels = drawing.rows(details.sentinels, (sentinel, place) =>
    sentinelNode(sentinel, place),
  );
  drawing.gap();
  const [master] = drawing.rows([details], (each, place) => masterNode(each, place));
  if (master === undefined) return drawing.done([]);
  const servers = new Map([[details.address, master]]);
  for (const tier of tiersOf(details)) {
    drawing.gap();
    const nodes = drawing.rows(tier, (replica, place) => replicaNode(replica, details, place));
    for (const [index, node] of nodes.entries()) {
      const replica = tier[index];
      if (replica !== undefined) servers.set(replica.address, node);
    }
  }
  return drawing.done([
    ...watchEdges(details, sentinels, servers),
    ...streamEdges(details, servers),
  ]);
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

class Drawing {
  readonly #width: number;
  readonly #nodes: TopologyNode[] = [];
  #y = MARGIN;

  constructor(width: number) {
    this.#width = Math.max(width, NODE_WIDTH_MIN + 2 * MARGIN);
  }

  /** Puts items side by side, centred, in as many rows as they need. */
  rows<Item>(items: readonly Item[], nodeOf: (item: Item, place: Place) => TopologyNode) {
    const room = this.#width - 2 * MARGIN;
    const most = Math.max(1, Math.floor((room + GAP_X) / (NODE_WIDTH_MIN + GAP_X)));
    const rowCount = Math.max(1, Math.ceil(items.length / most));
    const perRow = Math.ceil(items.length / rowCount);
    const nodes: TopologyNode[] = [];
    for (let at = 0; at < items.length; at += perRow) {
      if (at > 0) this.#y += ROW_GAP;
      const row = items.slice(at, at + perRow);
      const boxWidth = Math.min(NODE_WIDTH_MAX, (room - GAP_X * (row.length - 1)) / row.length);
      const used = boxWidth * row.length + GAP_X * (row.length - 1);
      const left = (this.#width - used) / 2;
      for (const [index, item] of row.entries()) {
        const x = left + index * (boxWidth + GAP_X);
        nodes.push(nodeOf(item, { x, y: this.#y, width: boxWidth, height: NODE_HEIGHT }));
      }
      this.#y += NODE_HEIGHT;
    }
    this.#nodes.push(...nodes);
    return nodes;
  }

  gap(): void {
    this.#y += GAP_Y;
  }

  done(edges: readonly TopologyEdge[]): TopologyDrawing {
    return { width: this.#width, height: this.#y + MARGIN, nodes: this.#nodes, edges };
  }
}

function masterNode(details: MasterDetails, place: Place): TopologyNode {
  const { master, address } = details;
  const { word, tone } = masterSaid(details);
  const offset = master.offset === null ? "" : `offset ${master.offset.toLocaleString("en")}`;
  return {
    ...place,
    key: address,
    kind: "master",
    label: address,
    word,
    tone,
    detail: offset,
    isSelf: false,
    isPromoted: false,
  };
}

function replicaNode(replica: ReplicaView, details: MasterDetails, place: Place): TopologyNode {
  const { word, tone } = replicaSaid(replica);
  const isPromoted = details.failover.promoted === replica.address;
  const lag = replica.lagBytes === null ? "lag ?" : `lag ${bytesText(replica.lagBytes)}`;
  return {
    ...place,
    key: replica.address,
    kind: "replica",
    label: replica.address,
    word: isPromoted ? "being promoted" : word,
    tone: isPromoted ? "busy" : tone,
    detail: replica.priority === 0 ? "never promoted" : lag,
    isSelf: false,
    isPromoted,
  };
}

function sentinelNode(sentinel: SentinelView, place: Place): TopologyNode {
  const { word, tone } = sentinelSaid(sentinel);
  return {
    ...place,
    key: sentinel.runId ?? sentinel.address,
    kind: "sentinel",
    label: sentinel.address,
    word,
    tone,
    detail: sentinel.votedFor === null ? "" : `voted in epoch ${sentinel.votedEpoch}`,
    isSelf: sentinel.self,
    isPromoted: false,
  };
}

/** The stream of writes, from whom it comes to whom it goes. */
function streamEdges(
  details: MasterDetails,
  servers: ReadonlyMap<string, TopologyNode>,
): TopologyEdge[] {
  return details.replicas.flatMap((replica) => {
    const from = servers.get(replica.follows ?? details.address);
    const to = servers.get(replica.address);
    if (from === undefined || to === undefined || from === to) return [];
    const isUp = replica.masterLink === "up" && replica.down === "no";
    return [
      {
        key: `stream ${replica.address}`,
        kind: "stream" as const,
        tone: isUp ? ("good" as const) : ("bad" as const),
        word: isUp ? "replicates" : "does not replicate",
        ...between(from, to),
      },
    ];
  });
}

/** Who sees the master: this sentinel by its connection, the others by what they say of it. */
function watchEdges(
  { sentinels, master }: MasterDetails,
  nodes: readonly TopologyNode[],
  servers: ReadonlyMap<string, TopologyNode>,
): TopologyEdge[] {
  const target = servers.get(master.address) ?? [...servers.values()][0];
  if (target === undefined) return [];
  return sentinels.flatMap((sentinel, index) => {
    const node = nodes[index];
    if (node === undefined) return [];
    return [
      {
        key: `watch ${node.key}`,
        kind: "watch" as const,
        ...sight(sentinel, master.down),
        ...between(node, target),
      },
    ];
  });
}

function sight(
  sentinel: SentinelView,
  down: MasterDetails["master"]["down"],
): { readonly tone: Tone; readonly word: string } {
  if (sentinel.self) {
    return down === "no"
      ? { tone: "good", word: "sees the master" }
      : { tone: "bad", word: "does not see the master" };
  }
  if (sentinel.down !== "no") return { tone: "quiet", word: "is not reached itself" };
  return sentinel.saysMasterDown
    ? { tone: "bad", word: "does not see the master" }
    : { tone: "quiet", word: "has not said that the master is down" };
}

/** From the lower edge of the upper box to the upper edge of the lower one. */
function between(from: TopologyNode, to: TopologyNode) {
  const [above, below] = from.y <= to.y ? [from, to] : [to, from];
  if (above.y === below.y) {
    const [left, right] = from.x < to.x ? [from, to] : [to, from];
    const y = left.y + left.height / 2;
    const line = { x1: left.x + left.width, y1: y, x2: right.x, y2: y };
    return left === from ? line : { x1: line.x2, y1: y, x2: line.x1, y2: y };
  }
  const line = {
    x1: above.x + above.width / 2,
    y1: above.y + above.height,
    x2: below.x + below.width / 2,
    y2: below.y,
  };
  return above === from ? line : { x1: line.x2, y1: line.y2, x2: line.x1, y2: line.y1 };
}

/** The drawing in a sentence, for those who do not see it. */
export function describeTopology(details: MasterDetails): string {
  const replicas = details.replicas.map(
    (replica) => `replica ${replica.address}: ${replicaSaid(replica).word}`,
  );
  const sentinels = details.sentinels.map(
    (sentinel) => `sentinel ${sentinel.address}: ${sentinelSaid(sentinel).word}`,
  );
  return [`master ${details.address}: ${masterSaid(details).word}`, ...replicas, ...sentinels].join(
    "; ",
  );
}
