import type { EventName, EventSubject } from "../../sentinel/events.ts";

/** What a type means for somebody on duty: begins trouble, ends it, or is news. */
export type Weight = "critical" | "error" | "warning" | "end" | "news";

export interface NoticeType {
  readonly type: string;
  readonly weight: Weight;
  /**
   * Seen by all sentinels of a master, so that their copies are one notice; else it is about the one that says it.
   */
  readonly scope: "shared" | "own";
}

type Row = NoticeType | Readonly<Partial<Record<NonNullable<EventSubject["role"]>, NoticeType>>>;

const shared = (type: string, weight: Weight): NoticeType => ({ type, weight, scope: "shared" });
const own = (type: string, weight: Weight): NoticeType => ({ type, weight, scope: "own" });

/** The events that leave the house, by the name that Redis or we gave them (docs/webhooks.md). */
const ROWS: Readonly<Partial<Record<EventName, Row>>> = {
  "+sdown": {
    master: shared("master.sdown", "warning"),
    slave: shared("replica.sdown", "warning"),
    sentinel: shared("sentinel.sdown", "warning"),
  },
  "-sdown": {
    master: shared("master.recovered", "end"),
    slave: shared("replica.recovered", "end"),
    sentinel: shared("sentinel.recovered", "end"),
  },
  "+odown": { master: shared("master.odown", "critical") },
  "+try-failover": own("failover.started", "news"),
  "+failover-end": own("failover.completed", "end"),
  "+failover-end-for-timeout": own("failover.completed", "end"),
  "-failover-abort-not-elected": own("failover.aborted", "error"),
  "-failover-abort-no-good-slave": own("failover.aborted", "error"),
  "-failover-abort-slave-timeout": own("failover.aborted", "error"),
  "+vedette-failover-blocked": shared("failover.blocked", "error"),
  "+vedette-zombie-fence": shared("master.fenced", "news"),
  "+vedette-credential-fault": shared("credentials.refused", "error"),
  "-vedette-credential-fault": shared("credentials.accepted", "end"),
  "+vedette-switchover-closing": own("switchover.started", "news"),
  "+vedette-switchover-end": own("switchover.completed", "end"),
  "-vedette-switchover-abort": own("switchover.aborted", "error"),
  "-vedette-switchover-refused": own("switchover.aborted", "error"),
  "+switch-master": shared("master.changed", "end"),
  "+slave": shared("replica.joined", "news"),
  "+sentinel": shared("sentinel.joined", "news"),
  "+reset-master": own("config.changed", "news"),
  "+set": own("config.changed", "news"),
  "+monitor": own("config.changed", "news"),
  "-monitor": own("config.changed", "news"),
  "+vedette-pause": shared("maintenance.on", "news"),
  "-vedette-pause": shared("maintenance.off", "news"),
  "+tilt": own("tilt.entered", "warning"),
  "-tilt": own("tilt.left", "end"),
};

/** @returns undefined for what stays inside */
export function noticeType(name: EventName, role: EventSubject["role"]): NoticeType | undefined {
  const row = ROWS[name];
  if (row === undefined || "type" in row) return row;
  return role === undefined ? undefined : row[role];
}

export const TEST_TYPE = own("test.ping", "news");

/** All types there are, for the documentation. */
export function allTypes(): string[] {
  const found = Object.values(ROWS).flatMap((row) => ("type" in row ? [row] : Object.values(row)));
  return [...new Set([...found.map(({ type }) => type), TEST_TYPE.type])].toSorted();
}
