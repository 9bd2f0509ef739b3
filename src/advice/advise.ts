import { accessRules } from "./access.ts";
import { addressRules } from "./addresses.ts";
import type { CheckedFile, Rule } from "./checked-file.ts";
import { fileRules } from "./files.ts";
import { type Finding, inOrder } from "./finding.ts";
import { quorumRules } from "./quorum.ts";
import { repetitionRules } from "./repeated-lines.ts";
import { secretRules } from "./secrets.ts";
import { compareFiles } from "./set-of-files.ts";
import { timingRules } from "./timing.ts";
import { tlsRules } from "./tls.ts";
import { topologyRules } from "./topology.ts";
import { vedetteRules } from "./vedette-settings.ts";

const RULES: readonly Rule[] = [
  quorumRules,
  timingRules,
  addressRules,
  accessRules,
  secretRules,
  fileRules,
  tlsRules,
  topologyRules,
  vedetteRules,
  repetitionRules,
];

/** Those about what running sentinels tell of themselves; files, secrets and doors are not among it. */
const RULES_FOR_RUNNING: readonly Rule[] = [
  quorumRules,
  timingRules,
  addressRules,
  topologyRules,
  vedetteRules,
];

/** What running sentinels have in force, put as files would say it; each named by its address. */
export function adviseRunning(sentinels: readonly CheckedFile[]): Finding[] {
  return [
    ...sentinels.flatMap((sentinel) => RULES_FOR_RUNNING.flatMap((rule) => rule(sentinel))),
    ...compareFiles(sentinels),
  ];
}

/** Everything worth saying about the files of one set of sentinels, the worst first. */
export function advise(files: readonly CheckedFile[]): Finding[] {
  const found = [
    ...files.flatMap((file) => RULES.flatMap((rule) => rule(file))),
    ...compareFiles(files),
  ];
  return inOrder(
    found,
    files.map(({ path }) => path),
  );
}
