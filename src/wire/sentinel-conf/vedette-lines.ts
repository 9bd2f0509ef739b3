import { SOURCE_KINDS } from "../conf/secret-source.ts";
import { OWN_SECRET_SETTINGS } from "./secret-lines.ts";
import type { MasterDraft, SentinelDraft } from "./sentinel-draft.ts";
import {
  assign,
  LARGEST_INT,
  readNumber,
  readYesNo,
  type StatementForm,
} from "./statement-form.ts";

/**
 * Settings of our own, as `vedette <setting> …` lines in the same file: to go back to
 * redis-sentinel, delete them. One that is not here comes from a newer version and is a mistake.
 */

/** What is set for the sentinel itself: `vedette <setting> …`. */
export const VEDETTE_GLOBAL_FORMS: ReadonlyMap<string, StatementForm<SentinelDraft>> = new Map([
  [
    "memory-lost",
    {
      syntax: "vedette memory-lost yes|no",
      wordCounts: [2],
      apply: (draft, [word = ""]) =>
        assign(readYesNo(word, "Please specify yes or no for memory-lost."), (value) => {
          draft.isMemoryLost = value;
        }),
    },
  ],
]);

/** Milliseconds; 0: off. More would be no sooner than what Redis has. */
export const CRASH_DETECTION_RANGE = { min: 0, max: LARGEST_INT };

type VedetteMasterForm = StatementForm<{ readonly master: MasterDraft }>;

/** What is set for one master: `vedette <setting> <master> …`. */
export const VEDETTE_MASTER_FORMS: ReadonlyMap<string, VedetteMasterForm> = new Map([
  ...SOURCE_KINDS.map(({ suffix, word, source }): [string, VedetteMasterForm] => [
    `auth-pass${suffix}`,
    {
      syntax: `vedette auth-pass${suffix} <name> <${word}>`,
      wordCounts: [3],
      apply: ({ master }, [target = ""]) => {
        master.authPassSource = source(target);
        return target === "" ? { message: `Empty ${word}.` } : undefined;
      },
    },
  ]),
  [
    "crash-detection-milliseconds",
    {
      syntax: "vedette crash-detection-milliseconds <name> <milliseconds>",
      wordCounts: [3],
      apply: ({ master }, [word = ""]) =>
        assign(
          readNumber(word, {
            range: CRASH_DETECTION_RANGE,
            message: "Invalid crash-detection-milliseconds.",
          }),
          (value) => {
            master.crashDetectionMs = value;
          },
        ),
    },
  ],
]);

export const VEDETTE_SETTINGS: readonly string[] = [
  ...VEDETTE_GLOBAL_FORMS.keys(),
  ...VEDETTE_MASTER_FORMS.keys(),
];

export function unknownVedetteSetting(name: string): { message: string; expected: string } {
  return {
    message: `Unknown vedette setting '${name}'`,
    expected: `one of ${[...VEDETTE_SETTINGS, ...OWN_SECRET_SETTINGS].join(", ")}`,
  };
}
