import { readForCheck } from "../check/read-files.ts";
import type { KnownGroup } from "../../sim/rehearsal/topology.ts";
import { RehearsalError } from "../../sim/rehearsal/rehearsal-error.ts";

/** What a file knows of the master that is rehearsed, the first one unless a name is given. */
export function knownFromFile(path: string, name: string | undefined): KnownGroup {
  const reading = readForCheck(path, undefined);
  if (reading.kind === "refused") {
    const lines = reading.findings.map(
      (each) => `${each.file}:${each.line}: ${each.message}; ${each.help}`,
    );
    throw new RehearsalError(lines.join("\n"));
  }
  const { masters, announceIp } = reading.file.config.sentinel;
  const master = name === undefined ? masters[0] : masters.find((each) => each.name === name);
  if (master === undefined) {
    const known = masters.map((each) => each.name).join(", ");
    throw new RehearsalError(
      known === ""
        ? `${path}: monitors no master; expected a line 'sentinel monitor NAME ADDRESS PORT QUORUM'`
        : `--master ${name ?? ""}: expected one of ${known}`,
    );
  }
  const crashDetectionMs = master.extensions["crash-detection-milliseconds"];
  return { master: { ...master, crashDetectionMs }, ownHost: announceIp };
}
