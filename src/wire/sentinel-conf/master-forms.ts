import { masterName, parseRunId } from "../../base/ids.ts";
import { sameAddress } from "../../base/address.ts";
import { isMasterName } from "./durable-sentinel.ts";
import {
  type MasterDraft,
  newMasterDraft,
  raiseCurrentEpoch,
  type SentinelDraft,
} from "./sentinel-draft.ts";
import {
  assign,
  type Complaint,
  LARGEST_INT,
  orNone,
  readAddress,
  readEpoch,
  readNumber,
  type StatementForm,
} from "./statement-form.ts";

/** What comes to exist before anything is set for it (sentinel spec §9.1, group 2). */
export const MONITOR_FORM: StatementForm<SentinelDraft> = {
  syntax: "sentinel monitor <name> <ip> <port> <quorum>",
  wordCounts: [5],
  apply: (draft, words) => {
    const complaint = monitor(draft, words);
    if (complaint !== undefined) draft.refusedMasters.add(words[0] ?? "");
    return complaint;
  },
};

function monitor(draft: SentinelDraft, words: readonly string[]): Complaint | undefined {
  const [nameText = "", host = "", portText = "", quorumText = ""] = words;
  if (!isMasterName(nameText)) {
    const expected = "printable characters without blanks, quotes, commas and backslashes";
    return { message: "Invalid master name.", expected };
  }
  const name = masterName(nameText);
  const known = draft.masters.get(name);
  if (known !== undefined) {
    const isSameLine = known.monitor.every((word, index) => word === words[index]);
    return isSameLine ? undefined : { message: "Duplicate master name." };
  }
  const quorum = readNumber(quorumText, {
    range: { min: 1, max: LARGEST_INT },
    message: "Quorum must be 1 or greater.",
  });
  if (!quorum.ok) return quorum.complaint;
  return assign(readAddress(host, portText, draft), (address) => {
    draft.masters.set(
      name,
      newMasterDraft({ name, address, quorum: quorum.value, monitor: words }),
    );
  });
}

/** A master, and the sentinel it belongs to. */
export interface MasterTarget {
  readonly master: MasterDraft;
  readonly draft: SentinelDraft;
  /** Whether there is a program of that path that may be executed. */
  readonly isExecutable: (path: string) => boolean;
}

/** What is set for one master (group 3). */
export const MASTER_FORMS: ReadonlyMap<string, StatementForm<MasterTarget>> = new Map([
  ["down-after-milliseconds", time("down-after-milliseconds", setDownAfter)],
  ["failover-timeout", time("failover-timeout", setFailoverTimeout)],
  ["master-reboot-down-after-period", time("master-reboot-down-after-period", setRebootGrace, 0)],
  [
    "parallel-syncs",
    {
      syntax: "sentinel parallel-syncs <name> <replicas>",
      wordCounts: [3],
      apply: ({ master }, [word = ""]) =>
        assign(
          readNumber(word, {
            range: { min: 0, max: LARGEST_INT },
            message: "Invalid number of replicas.",
          }),
          (value) => {
            master.parallelSyncs = value;
          },
        ),
    },
  ],
  [
    "auth-pass",
    {
      syntax: "sentinel auth-pass <name> <password>",
      wordCounts: [3],
      apply: ({ master }, [word = ""]) => {
        master.authPass = orNone(word);
        return undefined;
      },
    },
  ],
  [
    "auth-user",
    {
      syntax: "sentinel auth-user <name> <user>",
      wordCounts: [3],
      apply: ({ master }, [word = ""]) => {
        master.authUser = orNone(word);
        return undefined;
      },
    },
  ],
  [
    "rename-command",
    {
      syntax: "sentinel rename-command <name> <command> <new name>",
      wordCounts: [4],
      apply: ({ master }, [word = "", newName = ""]) => renameCommand(master, word, newName),
    },
  ],
  [
    "config-epoch",
    {
      syntax: "sentinel config-epoch <name> <epoch>",
      wordCounts: [3],
      apply: ({ master, draft }, [word = ""]) =>
        assign(readEpoch(word), (value) => {
          master.configEpoch = value;
          raiseCurrentEpoch(draft, value);
        }),
    },
  ],
  [
    "leader-epoch",
    {
      syntax: "sentinel leader-epoch <name> <epoch>",
      wordCounts: [3],
      apply: ({ master, draft }, [word = ""]) =>
        assign(readEpoch(word), (value) => {
          master.leaderEpoch = value;
          raiseCurrentEpoch(draft, value);
        }),
    },
  ],
  [
    "known-replica",
    {
      syntax: "sentinel known-replica <name> <ip> <port>",
      wordCounts: [4],
      apply: ({ master, draft }, [host = "", port = ""]) =>
        assign(readAddress(host, port, draft), (address) => {
          master.replicas.set(`${host.toLowerCase()} ${address.port}`, address);
        }),
    },
  ],
  [
    "known-sentinel",
    {
      syntax: "sentinel known-sentinel <name> <ip> <port> <id>",
      wordCounts: [4, 5],
      apply: (target, words) => knownSentinel(target, words),
    },
  ],
  ["notification-script", script("notification-script", "Notification", setNotificationScript)],
  [
    "client-reconfig-script",
    script("client-reconfig-script", "Client reconfiguration", setClientReconfigScript),
  ],
]);

function setDownAfter(master: MasterDraft, milliseconds: number): void {
  master.downAfterMs = milliseconds;
}

function setFailoverTimeout(master: MasterDraft, milliseconds: number): void {
  master.failoverTimeoutMs = milliseconds;
}

function setRebootGrace(master: MasterDraft, milliseconds: number): void {
  master.rebootDownAfterMs = milliseconds;
}

function time(
  setting: string,
  set: (master: MasterDraft, milliseconds: number) => void,
  min: 0 | 1 = 1,
): StatementForm<MasterTarget> {
  const message = min === 0 ? "negative time parameter." : "negative or zero time parameter.";
  return {
    syntax: `sentinel ${setting} <name> <milliseconds>`,
    wordCounts: [3],
    apply: ({ master }, [word = ""]) =>
      assign(readNumber(word, { range: { min, max: LARGEST_INT }, message }), (value) =>
        set(master, value),
      ),
  };
}

function renameCommand(master: MasterDraft, word: string, newName: string): Complaint | undefined {
  if (word === "" || newName === "") {
    return { message: "Invalid command name.", expected: "a command and its new name, not ''" };
  }
  const command = word.toLowerCase();
  const known = master.renamedCommands.get(command);
  if (known !== undefined && known !== newName) {
    return { message: "Same command renamed multiple times with rename-command." };
  }
  master.renamedCommands.set(command, newName);
  return undefined;
}

/** Without an id it says nothing: files of the first sentinels have such lines. */
function knownSentinel(
  { master, draft }: MasterTarget,
  words: readonly string[],
): Complaint | undefined {
  const [host = "", port = "", id] = words;
  if (id === undefined) return undefined;
  const runId = parseRunId(id);
  if (runId === undefined) {
    return { message: "Malformed Sentinel id.", expected: "40 lowercase hex digits" };
  }
  return assign(readAddress(host, port, draft), (address) => {
    const known = master.sentinels.get(runId);
    if (known !== undefined && !sameAddress(known, address)) {
      return { message: "Duplicate runid for sentinel." };
    }
    master.sentinels.set(runId, address);
    return undefined;
  });
}

function setNotificationScript(master: MasterDraft, path: string | undefined): void {
  master.notificationScript = path;
}

function setClientReconfigScript(master: MasterDraft, path: string | undefined): void {
  master.clientReconfigScript = path;
}

function script(
  setting: string,
  title: string,
  set: (master: MasterDraft, path: string | undefined) => void,
): StatementForm<MasterTarget> {
  return {
    syntax: `sentinel ${setting} <name> <path>`,
    wordCounts: [3],
    apply: ({ master, isExecutable }, [path = ""]) => {
      if (path !== "" && !isExecutable(path)) {
        return {
          message: `${title} script seems non existing or non executable.`,
          expected: `a program that may be executed, not '${path}'`,
        };
      }
      set(master, orNone(path));
      return undefined;
    },
  };
}
