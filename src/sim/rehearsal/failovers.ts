import type { Hit, Line, RunRecord } from "./record.ts";

/** One failover of a run, from what brought it about to the last sentinel that knows. In ms. */
export interface Failover {
  /** When the fault happened that it answers. */
  readonly faultAt: number;
  readonly fault: string;
  readonly sdownAt: number;
  readonly odownAt: number | undefined;
  readonly electedAt: number | undefined;
  readonly promotedAt: number | undefined;
  readonly switchedAt: number | undefined;
  /** All sentinels that could hear knew it then. */
  readonly announcedAt: number | undefined;
  /** Attempts begun, by all sentinels. */
  readonly attempts: number;
  /** Events that ended an attempt. */
  readonly aborts: readonly string[];
}

interface Draft {
  sdownAt: number;
  odownAt?: number;
  electedAt?: number;
  promotedAt?: number;
  switchedAt?: number;
  readonly switches: Map<string, number>;
  attempts: number;
  readonly aborts: string[];
}

/** The failovers of a run in their order, those that came to nothing too. */
export function failoversOf(record: RunRecord, sentinels: readonly string[]): Failover[] {
  const drafts: Draft[] = [];
  let current: Draft | undefined;
  const holding = new Set<string>();
  for (const line of record.lines) {
    const [event = ""] = line.what.split(" ");
    const isAboutMaster = line.what.startsWith(`${event} master `);
    if (event === "-sdown" && isAboutMaster) {
      holding.delete(line.node);
      // Everybody sees it again and nobody has acted: what comes next is another story.
      if (holding.size === 0 && current?.electedAt === undefined) current = undefined;
    }
    if ((event === "+sdown" && isAboutMaster) || event === "+try-failover") {
      if (event === "+sdown") holding.add(line.node);
      if (current === undefined || current.switchedAt !== undefined) {
        current = { sdownAt: line.atMs, switches: new Map(), attempts: 0, aborts: [] };
        drafts.push(current);
      }
    }
    if (current !== undefined) note(current, event, line);
  }
  let after = Number.NEGATIVE_INFINITY;
  return drafts.map((draft) => {
    const fault = causeOf(record.hits, { after, until: draft.sdownAt });
    after = draft.switchedAt ?? after;
    return finished(draft, fault, record, sentinels);
  });
}

function note(draft: Draft, event: string, { atMs, node, what }: Line): void {
  if (event === "+odown") draft.odownAt ??= atMs;
  if (event === "+try-failover") draft.attempts++;
  if (event.startsWith("-failover-abort")) draft.aborts.push(event);
  // Of several attempts the last one counts.
  if (event === "+elected-leader" && draft.promotedAt === undefined) draft.electedAt = atMs;
  if (what === "is a master now") draft.promotedAt = atMs;
  if (event !== "+switch-master") return;
  draft.switchedAt ??= atMs;
  draft.switches.set(node, atMs);
}

/** The first fault since the last switch that hit the master, else the first one at all. */
function causeOf(
  hits: readonly Hit[],
  { after, until }: { readonly after: number; readonly until: number },
): Hit | undefined {
  const eligible = hits.filter(({ atMs }) => atMs > after && atMs <= until);
  return eligible.find(({ hitsMaster }) => hitsMaster) ?? eligible[0];
}

function finished(
  draft: Draft,
  fault: Hit | undefined,
  record: RunRecord,
  sentinels: readonly string[],
): Failover {
  const { sdownAt, odownAt, electedAt, promotedAt, switchedAt, attempts, aborts } = draft;
  const out = record.outAt.findLast(({ atMs }) => atMs <= (switchedAt ?? 0))?.nodes ?? [];
  const times = sentinels
    .filter((name) => !out.includes(name))
    .map((name) => draft.switches.get(name));
  const known = times.filter((time) => time !== undefined);
  const isToldToAll = switchedAt !== undefined && known.length === times.length;
  return {
    faultAt: fault?.atMs ?? sdownAt,
    fault: fault?.text ?? "",
    sdownAt,
    odownAt,
    electedAt,
    promotedAt,
    switchedAt,
    announcedAt: isToldToAll ? Math.max(...known) : undefined,
    attempts,
    aborts,
  };
}
