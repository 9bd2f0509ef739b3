import type { DurableMaster } from "../wire/sentinel-conf/durable-sentinel.ts";
import { type CheckedFile, finding, masterPlace, type Rule, timeText } from "./checked-file.ts";
import type { Finding } from "./finding.ts";

/** Shorter than any supervisor needs to start a server again. */
const SHORT_RESTART_MS = 200;

/** Settings of vedette's own. */
export const vedetteRules: Rule = (file) => [
  ...file.config.sentinel.masters.flatMap((master) => crashDetection(file, master)),
  ...memory(file),
];

function crashDetection(file: CheckedFile, master: DurableMaster): Finding[] {
  const { downAfterMs, extensions, name } = master;
  const crashDetectionMs = extensions["crash-detection-milliseconds"];
  if (crashDetectionMs === 0) return [];
  const place = masterPlace(file, master, "crash-detection-milliseconds");
  if (crashDetectionMs >= downAfterMs) {
    return [
      finding(file, place, {
        code: "crash-detection-without-effect",
        severity: "warning",
        message: `${name} is held for down after ${timeText(downAfterMs)} anyway, so ${timeText(crashDetectionMs)} of refused connections are never waited for`,
        help: "less than down-after-milliseconds, or remove the line",
      }),
    ];
  }
  if (crashDetectionMs >= SHORT_RESTART_MS) return [];
  return [
    finding(file, place, {
      code: "crash-detection-before-restart",
      severity: "note",
      message: `a server of ${name} that is restarted, for an update as well as after a crash, is failed over after ${timeText(crashDetectionMs)}: no restart is that quick`,
      help: "1000 where restarts are quick and should not cost a failover",
    }),
  ];
}

function memory(file: CheckedFile): Finding[] {
  if (!file.config.sentinel.isMemoryLost) return [];
  const line = file.lines.findLast(({ words: [setting] }) => setting === "memory-lost");
  return [
    finding(
      file,
      { line },
      {
        code: "memory-lost",
        severity: "note",
        message:
          "the file was restored from an older copy: this sentinel votes only when it has heard all others",
        help: "start all other sentinels; the line goes away by itself",
      },
    ),
  ];
}
