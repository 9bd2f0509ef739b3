import type {
  EventItem,
  MasterDetails,
  MasterList,
  MasterSummary,
  SentinelInfo,
} from "../api/types.ts";

/** How the page hears of the sentinel. Moments are ms of the page's clock. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly since: number }
  | {
      readonly kind: "lost";
      readonly since: number;
      readonly reason: string;
      readonly retryAt: number;
    };

/** Everything the page knows; each change makes a new one. */
export interface Model {
  readonly connection: Connection;
  readonly sentinel: SentinelInfo | undefined;
  readonly masters: ReadonlyMap<string, MasterSummary>;
  /** Of the newest answer; asked behind it for what has changed. Undefined: nothing is held yet. */
  readonly version: number | undefined;
  readonly selected: string | undefined;
  /** Of the selected master; undefined while it is fetched. */
  readonly details: MasterDetails | undefined;
  /** When the details came. */
  readonly detailsAt: number;
  /** The selected master is not watched (any more). */
  readonly isGone: boolean;
  /** Of all masters, oldest first. */
  readonly events: readonly EventItem[];
  /** Ids of events in front of which some are missing. */
  readonly gaps: ReadonlySet<string>;
  /** The next event does not join those that are held. */
  readonly isGapOpen: boolean;
}

export const EMPTY: Model = {
  connection: { kind: "connecting" },
  sentinel: undefined,
  masters: new Map(),
  version: undefined,
  selected: undefined,
  details: undefined,
  detailsAt: 0,
  isGone: false,
  events: [],
  gaps: new Set(),
  isGapOpen: false,
};

export const EVENTS_KEPT = 2_000;

/** An answer about all masters replaces what is held. */
export function withAllMasters(model: Model, { masters, version }: MasterList): Model {
  return { ...model, version, masters: new Map(masters.map((each) => [each.name, each])) };
}

/**
 * An answer about what has changed is added.
 * @returns undefined when the two do not make a whole: a master was removed, ask for all
 */
export function withChangedMasters(
  model: Model,
  { masters, version, total }: MasterList,
): Model | undefined {
  if (masters.length === 0 && total === model.masters.size) return { ...model, version };
  const merged = new Map(model.masters);
  for (const each of masters) merged.set(each.name, each);
  return merged.size === total ? { ...model, version, masters: merged } : undefined;
}

/** Another master is looked at. */
export function withSelected(model: Model, selected: string | undefined): Model {
  if (selected === model.selected) return model;
  return { ...model, selected, details: undefined, isGone: false };
}

/** Details that come late, of a master that is no longer looked at, are dropped. */
export function withDetails(model: Model, details: MasterDetails, now: number): Model {
  if (details.name !== model.selected) return model;
  const isOlder = model.details !== undefined && details.version < model.details.version;
  return isOlder ? model : { ...model, details, detailsAt: now, isGone: false };
}

/** New events go to the end; those that are held already (a stream that was resumed) are not doubled. */
export function withEvents(model: Model, events: readonly EventItem[]): Model {
  const held = new Set(model.events.map(({ id }) => id));
  const fresh = events.filter(({ id }) => !held.has(id));
  const [first] = fresh;
  if (first === undefined) return model;
  const all = [...model.events, ...fresh].slice(-EVENTS_KEPT);
  if (!model.isGapOpen) return { ...model, events: all };
  return { ...model, events: all, gaps: new Set([...model.gaps, first.id]), isGapOpen: false };
}

/** Events from before those that are held; they are put in their places. */
export function withEarlierEvents(model: Model, events: readonly EventItem[]): Model {
  const held = new Set(model.events.map(({ id }) => id));
  const fresh = events.filter(({ id }) => !held.has(id));
  if (fresh.length === 0) return model;
  const all = [...fresh, ...model.events].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || numberOf(a) - numberOf(b),
  );
  return { ...model, events: all.slice(-EVENTS_KEPT) };
}

/** Ids are opaque but for their end, which counts: enough to order those of one moment. */
function numberOf({ id }: EventItem): number {
  const number = Number(id.slice(id.lastIndexOf("-") + 1));
  return Number.isFinite(number) ? number : 0;
}

/** What comes next does not join what is held. */
export function withGap(model: Model): Model {
  return { ...model, isGapOpen: true };
}

export interface Filter {
  readonly text: string;
  /** Only masters that are not well. */
  readonly troubled: boolean;
}

export function isTroubled(master: MasterSummary): boolean {
  const { state, failoverReady, replicas, sentinels } = master;
  return (
    state !== "ok" ||
    !failoverReady ||
    replicas.ok < replicas.total ||
    sentinels.ok < sentinels.total
  );
}

const URGENCY = { odown: 0, failover: 1, sdown: 2, unknown: 3, ok: 4 } as const;

/** What the list shows: the urgent first, then by name. */
export function listedMasters(
  masters: ReadonlyMap<string, MasterSummary>,
  { text, troubled }: Filter,
): MasterSummary[] {
  const wanted = text.trim().toLowerCase();
  const found: MasterSummary[] = [];
  for (const master of masters.values()) {
    if (troubled && !isTroubled(master)) continue;
    if (wanted !== "" && !isFound(master, wanted)) continue;
    found.push(master);
  }
  return found.sort((a, b) => URGENCY[a.state] - URGENCY[b.state] || compare(a.name, b.name));
}

function isFound({ name, address }: MasterSummary, wanted: string): boolean {
  return name.toLowerCase().includes(wanted) || address.includes(wanted);
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

function compare(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}
