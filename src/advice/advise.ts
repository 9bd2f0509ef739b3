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
