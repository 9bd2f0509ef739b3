import { formatAddress, sameAddress } from "../base/address.ts";
import type { DurableMaster } from "../wire/sentinel-conf/durable-sentinel.ts";
import { type CheckedFile, finding, masterPlace, sentinelLine, timeText } from "./checked-file.ts";
import type { Finding } from "./finding.ts";

/**
 * The files of one set of sentinels beside each other: each sentinel has its own settings
 * (SENTINEL SET changes one of them only), and nobody notices that they drift apart.
 */
export function compareFiles(files: readonly CheckedFile[]): Finding[] {
  const [first, ...others] = files;
  if (first === undefined || others.length === 0) return [];
  return [
    ...identities(files),
    ...others.flatMap((file) => [...masters(first, file), ...ownSettings(first, file)]),
    ...strangers(files),
  ];
}

function masters(first: CheckedFile, file: CheckedFile): Finding[] {
  const found: Finding[] = [];
  const ours = new Map(file.config.sentinel.masters.map((master) => [master.name, master]));
  for (const expected of first.config.sentinel.masters) {
    const master = ours.get(expected.name);
    ours.delete(expected.name);
    if (master === undefined) {
      found.push(absent(file, expected.name, first.path));
    } else {
      found.push(...sameMaster(first, file, { expected, master }));
    }
  }
  for (const name of ours.keys()) found.push(absent(first, name, file.path));
  return found;
}

function absent(file: CheckedFile, name: string, other: string): Finding {
  return finding(
    file,
    { line: undefined, master: name },
    {
      code: "master-not-everywhere",
      severity: "warning",
      message: `${name} is monitored by ${other} and not here: this sentinel has no say in its failovers, and clients that ask it get no answer`,
      help: "the same monitor line in all files",
    },
  );
}

interface Pair {
  readonly expected: DurableMaster;
  readonly master: DurableMaster;
}

interface Compared {
  readonly setting: string;
  readonly line: string;
  readonly of: (master: DurableMaster) => string | number | undefined;
  readonly why: string;
}

const COMPARED: readonly Compared[] = [
  {
    setting: "quorum",
    line: "monitor",
    of: ({ quorum }) => quorum,
    why: "it depends on who notices first whether there is a failover",
  },
  {
    setting: "down-after-milliseconds",
    line: "down-after-milliseconds",
    of: ({ downAfterMs }) => timeText(downAfterMs),
    why: "the slower ones hold the quorum up",
  },
  {
    setting: "failover-timeout",
    line: "failover-timeout",
    of: ({ failoverTimeoutMs }) => timeText(failoverTimeoutMs),
    why: "one gives up while another still waits for it",
  },
  {
    setting: "parallel-syncs",
    line: "parallel-syncs",
    of: ({ parallelSyncs }) => parallelSyncs,
    why: "it depends on who leads how many replicas are away at once",
  },
  {
    setting: "crash-detection-milliseconds",
    line: "crash-detection-milliseconds",
    of: ({ extensions }) => timeText(extensions["crash-detection-milliseconds"]),
    why: "the slower ones hold the quorum up",
  },
  {
    setting: "auth-user",
    line: "auth-user",
    of: ({ authUser }) => authUser ?? "none",
    why: "one of them may be refused by the servers, and takes them for down",
  },
];

function sameMaster(first: CheckedFile, file: CheckedFile, { expected, master }: Pair): Finding[] {
  const found: Finding[] = [];
  for (const { setting, line, of, why } of COMPARED) {
    if (of(expected) === of(master)) continue;
    found.push(
      finding(file, masterPlace(file, master, line), {
        code: "settings-differ",
        severity: "warning",
        message: `${setting} of ${master.name} is ${of(master)} here and ${of(expected)} in ${first.path}: ${why}`,
        help: `the same everywhere; on running sentinels SENTINEL SET ${master.name} ${setting} VALUE, on each`,
      }),
    );
  }
  if (expected.authPass !== master.authPass) {
    found.push(
      finding(file, masterPlace(file, master, "auth-pass"), {
        code: "passwords-differ",
        severity: "error",
        message: `auth-pass of ${master.name} is not the one in ${first.path}: one of them is refused by the servers, and takes them for down`,
        help: "the same everywhere",
      }),
    );
  }
  if (!sameAddress(expected.address, master.address))
    found.push(otherMaster(first, file, { expected, master }));
  return found;
}

function otherMaster(first: CheckedFile, file: CheckedFile, { expected, master }: Pair): Finding {
  const isBehind = expected.configEpoch !== master.configEpoch;
  const [ours, theirs] = [formatAddress(master.address), formatAddress(expected.address)];
  return finding(file, masterPlace(file, master, "monitor"), {
    code: isBehind ? "configuration-behind" : "masters-differ",
    severity: isBehind ? "note" : "error",
    message: isBehind
      ? `${master.name} is ${ours} here (config epoch ${master.configEpoch}) and ${theirs} in ${first.path} (${expected.configEpoch}): the lower one was away during a failover`
      : `${master.name} is ${ours} here and ${theirs} in ${first.path}, both of config epoch ${master.configEpoch}: they never agree, since neither is newer`,
    help: isBehind
      ? "nothing: it learns the newer one when it starts"
      : "decide which is the master, and monitor that one everywhere",
  });
}

function ownSettings(first: CheckedFile, file: CheckedFile): Finding[] {
  const found: Finding[] = [];
  const here = file.config;
  const there = first.config;
  for (const [setting, of] of [
    ["resolve-hostnames", here.sentinel.resolveHostnames !== there.sentinel.resolveHostnames],
    ["announce-hostnames", here.sentinel.announceHostnames !== there.sentinel.announceHostnames],
  ] as const) {
    if (!of) continue;
    found.push(
      finding(
        file,
        { line: sentinelLine(file, setting) },
        {
          code: "settings-differ",
          severity: "warning",
          message: `${setting} is not what it is in ${first.path}: what one calls by a name the other calls by an address`,
          help: "the same everywhere",
        },
      ),
    );
  }
  const needed = there.daemon.requirePass;
  const given = here.sentinel.sentinelPass ?? here.daemon.requirePass;
  const isElsewhere = here.secrets.size > 0 || there.secrets.size > 0;
  const hasUsers = here.sentinel.sentinelUser !== undefined;
  if (needed !== given && !isElsewhere && !hasUsers && (needed ?? given) !== undefined) {
    found.push(
      finding(
        file,
        { line: sentinelLine(file, "sentinel-pass") },
        {
          code: "passwords-differ",
          severity: "error",
          message: `what this sentinel gives its peers is not the requirepass of ${first.path}: it is refused there and gets no votes`,
          help: "one requirepass and sentinel-pass for all sentinels",
        },
      ),
    );
  }
  return found;
}

/** Two files of one sentinel: a copy. */
function identities(files: readonly CheckedFile[]): Finding[] {
  const seen = new Map<string, string>();
  return files.flatMap((file) => {
    const { myId } = file.config.sentinel;
    if (myId === undefined) return [];
    const other = seen.get(myId);
    seen.set(myId, file.path);
    if (other === undefined) return [];
    return [
      finding(
        file,
        { line: sentinelLine(file, "myid") },
        {
          code: "same-id",
          severity: "error",
          message: `${other} has the same myid: for the others both are one sentinel with one vote, and they push each other's address out`,
          help: "delete the myid line of the copy; the sentinel makes a new one",
        },
      ),
    ];
  });
}

/** Sentinels that a file knows and that are not in the set: dead ones still count. */
function strangers(files: readonly CheckedFile[]): Finding[] {
  const ids = files.map((file) => file.config.sentinel.myId);
  if (ids.includes(undefined)) return [];
  const told = new Set<string>();
  return files.flatMap((file) =>
    file.config.sentinel.masters.flatMap((master) =>
      master.sentinels.flatMap(({ runId, address }) => {
        const key = `${master.name} ${runId}`;
        if (ids.includes(runId) || told.has(key)) return [];
        told.add(key);
        return [
          finding(file, masterPlace(file, master, "known-sentinel"), {
            code: "unknown-sentinel",
            severity: "warning",
            message: `the sentinel ${formatAddress(address)} of ${master.name} is in none of these files: if it is gone for good, it still counts in every majority`,
            help: `SENTINEL RESET ${master.name} on one sentinel after the other, half a minute apart, with the master up`,
          }),
        ];
      }),
    ),
  );
}
