import type { Story } from "./story.ts";

/** Width of a lane, and of the column in which times and faults stand, in px. */
export const LANE_PX = 206;
export const GUTTER_PX = 250;
const LINE_PX = 14;
const TEXT_GAP_PX = 16;
const POINT_GAP_PX = 3;
/** A pause takes this many px for each doubling of its length, and at most so many. */
const DOUBLING_PX = 4;
const PAUSE_PX_MAX = 60;
const TOP_PX = 24;
/** Characters of a lane's text. */
const WRAP_AT = 29;
/** Of a long story the end is drawn. */
const POINTS_MAX = 2_500;

const ARRIVES = 0;
const HAPPENS = 1;
const LEAVES = 2;
/** So long a pause is told in figures, in ms. */
const LONG_PAUSE_MS = 1_000;

/** A text in a lane. */
export interface PlacedText {
  readonly lane: number;
  readonly y: number;
  readonly lines: readonly string[];
  readonly tone: string;
  /** A message has no dot on the lane: its arrow ends there. */
  readonly isMark: boolean;
}

export interface PlacedArrow {
  readonly from: { readonly lane: number; readonly y: number };
  /** Undefined: held back, it did not arrive. */
  readonly to: { readonly lane: number; readonly y: number } | undefined;
  readonly towards: number;
  readonly kind: string;
  readonly text: string;
}

export interface Layout {
  /** The y of any moment, in px. */
  readonly yOf: (at: number) => number;
  readonly texts: readonly PlacedText[];
  readonly arrows: readonly PlacedArrow[];
  readonly times: readonly { readonly y: number; readonly text: string }[];
  readonly fromMs: number;
  readonly height: number;
}

interface Point {
  readonly at: number;
  /** Within one moment: what arrives, what comes of it, what is sent. */
  readonly rank: number;
  /** Lane in which a text stands at this moment; -1 is the faults' column. */
  readonly lane: number | undefined;
  readonly lines: readonly string[];
  readonly place: (y: number) => void;
}

/**
 * Time goes down. What happens at one moment stands at one height, pauses are drawn shorter the
 * longer they are, and two texts of one lane never overlap.
 */
export function layOut(story: Story): Layout {
  const texts: PlacedText[] = [];
  const arrows: PlacedArrow[] = [];
  const times: { y: number; text: string }[] = [];
  const points = latest(pointsOf(story, { texts, arrows }));
  const heights: { at: number; y: number }[] = [];
  const free = new Map<number, number>();
  let y = TOP_PX;
  let before = points[0]?.at ?? 0;
  let timeFree = 0;
  for (const point of points) {
    const passed = point.at - before;
    const pausePx = Math.min(PAUSE_PX_MAX, DOUBLING_PX * Math.log2(1 + passed));
    if (passed >= LONG_PAUSE_MS) {
      times.push({ y: y + pausePx / 2, text: `⋮ ${(passed / 1000).toFixed(1)} s` });
    }
    y += passed > 0 ? Math.max(POINT_GAP_PX, pausePx) : 0;
    before = point.at;
    if (point.lane !== undefined) {
      y = Math.max(y, free.get(point.lane) ?? 0);
      free.set(point.lane, y + TEXT_GAP_PX + LINE_PX * (point.lines.length - 1));
    }
    heights.push({ at: point.at, y });
    point.place(y);
    if (y >= timeFree) {
      times.push({ y, text: (point.at / 1000).toFixed(3) });
      timeFree = y + TEXT_GAP_PX;
    }
  }
  const fromMs = points[0]?.at ?? 0;
  return { yOf: (at) => heightAt(heights, at), texts, arrows, times, fromMs, height: y + 40 };
}

function latest(points: readonly Point[]): readonly Point[] {
  return points.toSorted((a, b) => a.at - b.at || a.rank - b.rank).slice(-POINTS_MAX);
}

function pointsOf(
  story: Story,
  drawing: { readonly texts: PlacedText[]; readonly arrows: PlacedArrow[] },
): Point[] {
  const laneOf = (name: string) => story.lanes.indexOf(name);
  const { texts, arrows } = drawing;
  const points: Point[] = [
    { at: 0, rank: ARRIVES, lane: undefined, lines: [], place: () => {} },
    { at: story.endsAt, rank: LEAVES, lane: undefined, lines: [], place: () => {} },
  ];
  const addText = (at: number, lane: number, mark: Omit<PlacedText, "y" | "lane">) => {
    const place = (y: number) => void texts.push({ ...mark, lane, y });
    points.push({ at, rank: HAPPENS, lane, lines: mark.lines, place });
  };
  for (const { at, until, text } of story.faults) {
    addText(at, -1, { lines: wrapped(text), tone: "fault", isMark: true });
    points.push({ at: until, rank: HAPPENS, lane: undefined, lines: [], place: () => {} });
  }
  for (const { at, lane, text, tone } of story.marks) {
    if (laneOf(lane) >= 0) addText(at, laneOf(lane), { lines: wrapped(text), tone, isMark: true });
  }
  for (const message of story.messages) {
    const { kind, sentAt, arrivesAt, text } = message;
    const [from, to] = [laneOf(message.from), laneOf(message.to)];
    if (from < 0 || to < 0) continue;
    const tone = `message ${kind}`;
    if (arrivesAt === undefined) {
      const lines = wrapped(`✕ ${message.to}: ${text}`);
      const place = (y: number) => {
        texts.push({ lane: from, y, lines, tone, isMark: false });
        arrows.push({ from: { lane: from, y }, to: undefined, towards: to, kind, text });
      };
      points.push({ at: sentAt, rank: LEAVES, lane: from, lines, place });
      continue;
    }
    if (arrivesAt > story.endsAt) continue;
    let sentY = 0;
    const leave = (y: number) => void (sentY = y);
    points.push({ at: sentAt, rank: LEAVES, lane: undefined, lines: [], place: leave });
    const lines = wrapped(`${message.from}: ${text}`);
    const place = (y: number) => {
      texts.push({ lane: to, y, lines, tone, isMark: false });
      const ends = { from: { lane: from, y: sentY }, to: { lane: to, y } };
      arrows.push({ ...ends, towards: to, kind, text });
    };
    points.push({ at: arrivesAt, rank: ARRIVES, lane: to, lines, place });
  }
  return points;
}

/** At spaces and commas, in at most three lines. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/(?<=[ ,])/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.trimEnd().length <= WRAP_AT) {
      lines[lines.length - 1] = last + word;
    } else if (lines.length < 3) lines.push(word);
    else if (last !== undefined && !last.endsWith("…")) lines[lines.length - 1] = `${last}…`;
  }
  return lines;
}

/** Between the moments that have a height, in proportion. */
function heightAt(
  heights: readonly { readonly at: number; readonly y: number }[],
  at: number,
): number {
  let [low, high] = [0, heights.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((heights[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const next = heights[low];
  const previous = heights[low - 1];
  if (next === undefined) return TOP_PX;
  if (previous === undefined || next.at <= at || next.at === previous.at) return next.y;
  return previous.y + ((at - previous.at) / (next.at - previous.at)) * (next.y - previous.y);
}
