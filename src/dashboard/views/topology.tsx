import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MasterDetails } from "../api/types.ts";
import {
  describeTopology,
  layoutTopology,
  type TopologyEdge,
  type TopologyNode,
} from "../model/topology-layout.ts";
import { shortened } from "../model/words.ts";
import { shapeOf } from "./parts.tsx";

/** Of the three lines of a box, about; in px. */
const CHARACTER = { label: 7.6, word: 7.2, detail: 6.4 } as const;
const KINDS = { master: "master", replica: "replica", sentinel: "sentinel" } as const;

/** Servers and sentinels as they stand to each other; boxes move when roles change. */
export function Topology({ details }: { readonly details: MasterDetails }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    setWidth(current.clientWidth);
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const drawing = width === 0 ? undefined : layoutTopology(details, width);
  return (
    <div ref={frame} class="topology">
      {drawing === undefined ? null : (
        <svg
          viewBox={`0 0 ${drawing.width} ${drawing.height}`}
          width={drawing.width}
          height={drawing.height}
          role="group"
          aria-label={describeTopology(details)}
        >
          {drawing.edges.map((edge) => (
            <Edge key={edge.key} edge={edge} />
          ))}
          {drawing.nodes.map((node) => (
            <Node key={node.key} node={node} />
          ))}
        </svg>
      )}
      <ul class="legend" aria-hidden="true">
        <li>
          <svg width="28" height="8">
            <line class="edge stream good" x1="0" y1="4" x2="28" y2="4" />
          </svg>
          stream of writes
        </li>
        <li>
          <svg width="28" height="8">
            <line class="edge watch good" x1="0" y1="4" x2="28" y2="4" />
          </svg>
          sees the master
        </li>
        <li>
          <svg width="28" height="8">
            <line class="edge watch bad" x1="0" y1="4" x2="28" y2="4" />
          </svg>
          does not
        </li>
      </ul>
    </div>
  );
}

function Edge({ edge }: { readonly edge: TopologyEdge }) {
  const { kind, tone, x1, y1, x2, y2 } = edge;
  const middle = (y1 + y2) / 2;
  // A bend keeps lines of one tier from lying on each other.
  const path =
    kind === "stream" && x1 !== x2
      ? `M${x1} ${y1} C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`
      : `M${x1} ${y1} L${x2} ${y2}`;
  return (
    <g>
      <path class={`edge ${kind} ${tone}`} d={path}>
        <title>{edge.word}</title>
      </path>
      {kind === "stream" ? (
        <circle class={`arrow ${tone}`} cx={x2} cy={y2} r="4">
          <title>{edge.word}</title>
        </circle>
      ) : null}
    </g>
  );
}

function Node({ node }: { readonly node: TopologyNode }) {
  const { kind, label, word, tone, detail, width, height, isSelf } = node;
  const room = (line: keyof typeof CHARACTER) => Math.floor((width - 18) / CHARACTER[line]);
  const name = `${KINDS[kind]} ${label}: ${word}${detail === "" ? "" : `, ${detail}`}`;
  const detailLine = detail === "" ? KINDS[kind] : `${KINDS[kind]}, ${detail}`;
  return (
    <g
      class={`node ${kind} ${tone}${isSelf ? " self" : ""}`}
      style={{ transform: `translate(${node.x}px, ${node.y}px)` }}
      role="img"
      tabIndex={0}
      aria-label={name}
    >
      <title>{name}</title>
      <rect width={width} height={height} rx={kind === "sentinel" ? height / 2 : 8} />
      <text class="label" x={width / 2} y="18">
        {shortened(label, room("label"))}
      </text>
      <text class="word" x={width / 2} y="34">
        {shapeOf(tone)} {shortened(word, room("word") - 2)}
      </text>
      <text class="detail" x={width / 2} y="50">
        {shortened(detailLine, room("detail"))}
      </text>
    </g>
  );
}
