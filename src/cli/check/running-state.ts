import type { Finding, Severity } from "../../advice/finding.ts";
import { canFailOver, marginText, sentinelsToSpare } from "../../advice/failover-margin.ts";
import { formatAddress } from "../../base/address.ts";
import { isReached } from "../operator/answers.ts";
import type { GroupView } from "../operator/group-view.ts";
import { linkDownText } from "../operator/printed.ts";
import type { SentinelView } from "../operator/sentinel-set.ts";

/** Where a finding about the set as a whole stands. */
export const WHOLE_SET = "the set";

interface Said {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string;
}

/** What the state of a running set says: who is gone, who sees whom, what may still be lost. */
export function judgeRunning(
  groups: readonly GroupView[],
  views: readonly SentinelView[],
): Finding[] {
  return [
    ...views.flatMap(tilt),
    ...views.flatMap(drift),
    ...groups.flatMap((group) => [
      ...masterState(group),
      ...paused(group),
      ...margin(group),
      ...replicas(group),
      ...silentSentinels(group),
      ...blindSentinels(group),
      ...voterCounts(group, views),
    ]),
  ];
}

function finding(file: string, master: string | undefined, said: Said): Finding {
  return { ...said, file, line: 1, master };
}

function tilt({ address, isInTilt }: SentinelView): Finding[] {
  if (!isInTilt) return [];
  return [
    finding(formatAddress(address), undefined, {
      code: "sentinel-in-tilt",
      severity: "warning",
      message:
        "this sentinel is in TILT: it was stopped or starved for a while, and acts on nothing",
      help: "processor time for it; it goes on by itself half a minute after the last stall",
    }),
  ];
}

/** What the vedettes tell each other of their settings, those among them that no answer shows. */
function drift({ address, drifting }: SentinelView): Finding[] {
  if (drifting === 0) return [];
  return [
    finding(formatAddress(address), undefined, {
      code: "config-drift",
      severity: "warning",
      message: `${drifting === 1 ? "one master has" : `${drifting} masters have`} settings here that other vedettes have differently`,
      help: "its log has them (+vedette-config-drift); the same everywhere, with SENTINEL SET on each",
    }),
  ];
}

function paused({ name, pausedUntil }: GroupView): Finding[] {
  if (pausedUntil === undefined) return [];
  return [
    finding(WHOLE_SET, name, {
      code: "failovers-paused",
      severity: "warning",
      message: `automatic failovers of ${name} are paused until ${new Date(pausedUntil * 1_000).toISOString()}`,
      help: `vedette resume ${name} when the maintenance is over`,
    }),
  ];
}

function masterState(group: GroupView): Finding[] {
  const { name, state, sdownFor, watchedBy } = group;
  const address = formatAddress(group.address);
  if (state === "down") {
    return [
      finding(WHOLE_SET, name, {
        code: "master-down",
        severity: "error",
        message: `the master of ${name}, ${address}, is down`,
        help: `vedette events ${name} tells what the sentinels do about it`,
      }),
    ];
  }
  if (state !== "suspected") return [];
  return [
    finding(WHOLE_SET, name, {
      code: "master-suspected",
      severity: "warning",
      message: `${sdownFor} of ${watchedBy} sentinels do not reach the master of ${name}, ${address}`,
      help: "the network between those sentinels and the master",
    }),
  ];
}

function margin(group: GroupView): Finding[] {
  if (!canFailOver(group)) {
    const reasons = group.replicas.flatMap(({ row, exclusion }) =>
      exclusion === undefined ? [] : [`${formatAddress(row.address)}: ${exclusion}`],
    );
    const why = reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
    return [
      finding(WHOLE_SET, group.name, {
        code: "no-failover-possible",
        severity: "error",
        message: `${group.name}: ${marginText(group)}${why}`,
        help: "sentinels and replicas brought back, before the master dies",
      }),
    ];
  }
  if (sentinelsToSpare(group) > 0 || group.usable === group.voters) return [];
  return [
    finding(WHOLE_SET, group.name, {
      code: "nothing-to-spare",
      severity: "warning",
      message: `${group.name}: ${group.usable} of ${group.voters} sentinels reached: ${marginText(group)}`,
      help: "the missing sentinels brought back; those that are gone for good forgotten",
    }),
  ];
}

function replicas(group: GroupView): Finding[] {
  return group.replicas.flatMap(({ row, downFor }): Finding[] => {
    const address = formatAddress(row.address);
    if (downFor.length > 0 || !isReached(row)) {
      const by = downFor.length === 0 ? "" : ` by ${downFor.join(", ")}`;
      return [
        finding(WHOLE_SET, group.name, {
          code: "replica-down",
          severity: "warning",
          message: `replica ${address} of ${group.name} is not reached${by}`,
          help: `start it; one that is gone for good is forgotten with vedette forget ${group.name} ${address}`,
        }),
      ];
    }
    if (row.isLinkUp) return [];
    return [
      finding(WHOLE_SET, group.name, {
        code: "replica-unlinked",
        severity: "warning",
        message: `replica ${address} of ${group.name} has no connection to its master (${linkDownText(row.linkDownMs)})`,
        help: "its log; mostly masterauth, the network, or a backlog too small for the outage",
      }),
    ];
  });
}

function silentSentinels(group: GroupView): Finding[] {
  return group.sentinels.flatMap(({ address, unreached }) => {
    if (unreached === undefined) return [];
    return [
      finding(WHOLE_SET, group.name, {
        code: "sentinel-silent",
        severity: "warning",
        message: `sentinel ${formatAddress(address)} of ${group.name} does not answer (${unreached}), and counts in every majority`,
        help: `start it; one that is gone for good is forgotten with vedette forget ${group.name} ${formatAddress(address)}`,
      }),
    ];
  });
}

function blindSentinels(group: GroupView): Finding[] {
  const down = new Set([
    ...group.sentinels
      .filter(({ unreached }) => unreached !== undefined)
      .map(({ address }) => `sentinel ${formatAddress(address)}`),
    ...group.replicas
      .filter(({ downFor }) => downFor.length === group.watchedBy)
      .map(({ row }) => `replica ${formatAddress(row.address)}`),
    ...(group.state === "down" ? [`master ${formatAddress(group.address)}`] : []),
  ]);
  return group.sentinels.flatMap(({ address, doesNotSee }) => {
    const unseen = doesNotSee.filter((each) => !down.has(each));
    if (unseen.length === 0) return [];
    return [
      finding(formatAddress(address), group.name, {
        code: "does-not-see",
        severity: "warning",
        message: `this sentinel does not see ${unseen.join(", ")} of ${group.name}, and others do`,
        help: "the network between the two, firewalls, the password or certificate that one of them wants",
      }),
    ];
  });
}

/** Sentinels that count different voters have different majorities. */
function voterCounts(group: GroupView, views: readonly SentinelView[]): Finding[] {
  const counts = views.flatMap(({ address, masters }) => {
    const master = masters.find(({ name }) => name === group.name);
    return master === undefined ? [] : [{ address, voters: master.otherSentinels + 1 }];
  });
  const distinct = new Set(counts.map(({ voters }) => voters));
  if (distinct.size < 2) return [];
  const told = counts.map(({ address, voters }) => `${formatAddress(address)} counts ${voters}`);
  return [
    finding(WHOLE_SET, group.name, {
      code: "voters-differ",
      severity: "warning",
      message: `the sentinels of ${group.name} do not count the same sentinels: ${told.join(", ")}; each has a majority of its own in mind`,
      help: `if one has just been started, nothing; else vedette reset ${group.name}`,
    }),
  ];
}
