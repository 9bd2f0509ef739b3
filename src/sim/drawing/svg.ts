import {
  GUTTER_PX,
  LANE_PX,
  type Layout,
  layOut,
  type PlacedArrow,
  type PlacedText,
} from "./layout.ts";
import type { Story } from "./story.ts";

const LINE_PX = 14;
const STUB_PX = 46;
/** Width of a character, about. */
const CHAR_PX = 6.7;
const VIOLATION_PX = 64;

/** Text in markup: names come from plans, details from whatever was thrown. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

export function widthOf(story: Story): number {
  return GUTTER_PX + LANE_PX * story.lanes.length;
}

/** The picture itself: a lane a node, time downwards. */
export function drawSvg(story: Story): string {
  const layout = layOut(story);
  const width = widthOf(story);
  const height = layout.height + (story.violation === undefined ? 0 : VIOLATION_PX);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Messages between nodes over time">`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>`,
    ...faults(story, layout),
    ...story.lanes.map((name, lane) => laneLine(story, layout, { name, lane })),
    ...layout.times.map(
      ({ y, text }) => `<text class="time" x="58" y="${px(y + 4)}">${text}</text>`,
    ),
    ...layout.arrows.map(drawArrow),
    ...layout.texts.map(drawText),
    ...violation(story, layout, width),
    "</svg>",
  ].join("\n");
}

function xOf(lane: number): number {
  return lane < 0 ? 74 : GUTTER_PX + LANE_PX * lane + 12;
}

function px(number: number): string {
  return number.toFixed(1).replace(/\.0$/, "");
}

/** Shade over the lanes that a fault hits, and a bar beside its name. */
function faults(story: Story, { yOf, fromMs }: Layout): string[] {
  return story.faults
    .filter(({ until }) => until >= fromMs)
    .flatMap(({ at, until, lanes, text }) => {
      const top = yOf(Math.max(at, fromMs)) - 8;
      const height = px(Math.max(10, yOf(until) - top));
      const title = `<title>${escaped(text)}</title>`;
      const hit = story.lanes.flatMap((name, lane) => (lanes.includes(name) ? [lane] : []));
      return [
        `<rect class="bar" x="66" y="${px(top)}" width="3" height="${height}">${title}</rect>`,
        ...hit.map(
          (lane) =>
            `<rect class="shade" x="${xOf(lane) - 9}" y="${px(top)}" width="${LANE_PX - 8}" height="${height}" rx="3">${title}</rect>`,
        ),
      ];
    });
}

/** Thick while it is the master, dashed while stopped, faint while it does not run. */
function laneLine(
  story: Story,
  { yOf, fromMs, height }: Layout,
  { name, lane }: { readonly name: string; readonly lane: number },
): string {
  const changes = [
    ...story.processes.filter(({ node }) => node === name),
    ...story.roles.filter(({ node }) => node === name),
  ].sort((a, b) => a.at - b.at);
  let process = "running";
  let isMaster = false;
  let since = fromMs;
  const lines: string[] = [];
  const add = (until: number, bottom: number) => {
    if (until < since) return;
    const kind = process === "running" && isMaster ? "master" : process;
    const from = px(since === fromMs ? 4 : yOf(since));
    lines.push(
      `<line class="lane ${kind}" x1="${xOf(lane)}" x2="${xOf(lane)}" y1="${from}" y2="${px(bottom)}"/>`,
    );
    since = until;
  };
  for (const change of changes) {
    if (change.at > fromMs) add(change.at, yOf(change.at));
    if ("process" in change) process = change.process;
    else isMaster = change.isMaster;
  }
  add(Math.max(since, story.endsAt), height - 12);
  return lines.join("\n");
}

function drawArrow({ from, to, towards, kind, text }: PlacedArrow): string {
  const x = xOf(from.lane);
  const title = `<title>${escaped(text)}</title>`;
  if (to === undefined) {
    const stub = x + (towards < from.lane ? -STUB_PX : STUB_PX) / 4;
    return `<line class="arrow held ${kind}" x1="${x}" y1="${px(from.y)}" x2="${px(stub)}" y2="${px(from.y)}">${title}</line>`;
  }
  const end = xOf(to.lane) + (to.lane < from.lane ? 3 : -3);
  return `<line class="arrow ${kind}" x1="${x}" y1="${px(from.y)}" x2="${end}" y2="${px(to.y)}" marker-end="url(#tip)">${title}</line>`;
}

function drawText({ lane, y, lines, tone, isMark }: PlacedText): string {
  const x = xOf(lane);
  const dot =
    isMark && lane >= 0 ? `<circle class="dot ${tone}" cx="${x}" cy="${px(y)}" r="3.5"/>` : "";
  const spans = lines.map(
    (line, index) =>
      `<tspan x="${x + 9}" dy="${index === 0 ? 0 : LINE_PX}">${escaped(line)}</tspan>`,
  );
  const longest = Math.max(...lines.map((line) => line.length));
  const back = `<rect class="back" x="${x + 7}" y="${px(y - 6)}" width="${px(longest * CHAR_PX + 4)}" height="${lines.length * LINE_PX}"/>`;
  return `${dot}${back}<text class="said ${tone}" y="${px(y + 4)}">${spans.join("")}</text>`;
}

function violation(story: Story, layout: Layout, width: number): string[] {
  const broken = story.violation;
  if (broken === undefined) return [];
  const y = layout.height - 8;
  return [
    `<g id="violation"><rect class="violation" x="4" y="${px(y)}" width="${width - 8}" height="${VIOLATION_PX - 6}" rx="5"/>`,
    `<text class="broken" x="16" y="${px(y + 24)}">broken at ${(story.endsAt / 1000).toFixed(3)} s: ${escaped(broken.invariant)}</text>`,
    `<text class="detail" x="16" y="${px(y + 44)}">${escaped(firstLine(broken.detail))}</text></g>`,
  ];
}

function firstLine(text: string): string {
  return text.split("\n", 1).join("");
}
