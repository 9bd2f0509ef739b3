import { parseRunId } from "../../base/ids.ts";
import { isHost } from "../host.ts";
import { raiseCurrentEpoch, type SentinelDraft } from "./sentinel-draft.ts";
import {
  assign,
  orNone,
  readEpoch,
  readNumber,
  readYesNo,
  type StatementForm,
} from "./statement-form.ts";

/** Settings of the sentinel itself; applied first (sentinel spec §9.1, group 1). */
export const GLOBAL_FORMS: ReadonlyMap<string, StatementForm<SentinelDraft>> = new Map([
  [
    "myid",
    {
      syntax: "sentinel myid <40 hex digits>",
      wordCounts: [2],
      apply: (draft, [word = ""]) => {
        draft.myId = parseRunId(word);
        return draft.myId === undefined
          ? {
              message: "Malformed Sentinel id in myid option.",
              expected: "40 lowercase hex digits",
            }
          : undefined;
      },
    },
  ],
  [
    "current-epoch",
    {
      syntax: "sentinel current-epoch <epoch>",
      wordCounts: [2],
      apply: (draft, [word = ""]) =>
        assign(readEpoch(word), (value) => raiseCurrentEpoch(draft, value)),
    },
  ],
  [
    "announce-ip",
    {
      syntax: "sentinel announce-ip <ip>",
      wordCounts: [2],
      apply: (draft, [word = ""]) => {
        if (word !== "" && !isHost(word)) {
          return { message: "Invalid announce-ip.", expected: "an address without blanks" };
        }
        draft.announceIp = orNone(word);
        return undefined;
      },
    },
  ],
  [
    "announce-port",
    {
      syntax: "sentinel announce-port <port>",
      wordCounts: [2],
      apply: (draft, [word = ""]) =>
        assign(
          readNumber(word, { range: { min: 0, max: 65535 }, message: "Invalid port number." }),
          (value) => {
            draft.announcePort = value;
          },
        ),
    },
  ],
  ["deny-scripts-reconfig", yesNo("deny-scripts-reconfig", "denyScriptsReconfig", "options")],
  [
    "sentinel-user",
    {
      syntax: "sentinel sentinel-user <user>",
      wordCounts: [2],
      apply: (draft, [word = ""]) => {
        draft.sentinelUser = orNone(word);
        return undefined;
      },
    },
  ],
  [
    "sentinel-pass",
    {
      syntax: "sentinel sentinel-pass <password>",
      wordCounts: [2],
      apply: (draft, [word = ""]) => {
        draft.sentinelPass = orNone(word);
        return undefined;
      },
    },
  ],
  ["resolve-hostnames", yesNo("resolve-hostnames", "resolveHostnames")],
  ["announce-hostnames", yesNo("announce-hostnames", "announceHostnames")],
]);

/** @param noun how Redis calls it when it complains */
function yesNo(
  setting: string,
  field: "denyScriptsReconfig" | "resolveHostnames" | "announceHostnames",
  noun: "option" | "options" = "option",
): StatementForm<SentinelDraft> {
  return {
    syntax: `sentinel ${setting} yes|no`,
    wordCounts: [2],
    apply: (draft, [word = ""]) =>
      assign(readYesNo(word, `Please specify yes or no for the ${setting} ${noun}.`), (value) => {
        draft[field] = value;
      }),
  };
}
