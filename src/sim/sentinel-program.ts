import type { Millis, UnixMillis } from "../base/units.ts";
import { createSentinelState } from "../sentinel/create.ts";
import { durableView } from "../sentinel/durable.ts";
import type { Effect } from "../sentinel/effect.ts";
import type { Input } from "../sentinel/input.ts";
import type { SentinelState } from "../sentinel/state.ts";
import { step } from "../sentinel/step.ts";
import { rewriteSentinelConf } from "../wire/sentinel-conf/durable-lines.ts";
import { parseInstanceMemory, type RememberedGroup } from "../wire/instance-memory.ts";
import { parseSentinelConf } from "../wire/sentinel-conf/sentinel-config.ts";

/**
 * The program that runs in every simulated sentinel. There is one real one; tests wrap it to plant
 * a fault and see that it is found.
 */
export interface SentinelProgram {
  /** @param text of the configuration file as it is on disk, with the line `sentinel myid` */
  readonly load: (
    text: string,
    when: { readonly seed: number; readonly now: Millis; readonly unixMs: UnixMillis },
    /** `memory.json`; undefined where there is none. */
    memory?: string,
  ) => SentinelState;
  readonly step: (state: SentinelState, input: Input, now: Millis) => readonly Effect[];
  /** The file's new text, given the one on disk. */
  readonly render: (state: SentinelState, previous: string) => string;
}

/** The core of the daemon, with the reader and the writer of its configuration file. */
export const REAL_PROGRAM: SentinelProgram = {
  load(text, when, memory) {
    const result = parseSentinelConf({
      main: { name: "sentinel.conf", text },
      commandLine: "",
      include: () => ({ kind: "unreadable", reason: "nothing is included" }),
      isExecutable: () => true,
    });
    if (result.kind === "mistakes") {
      throw new Error(`a file that cannot be read: ${JSON.stringify(result.mistakes)}\n${text}`);
    }
    const { sentinel, daemon } = result.config;
    const { myId } = sentinel;
    if (myId === undefined) throw new Error(`a file without myid:\n${text}`);
    return createSentinelState(
      {
        durable: { ...sentinel, myId },
        isNew: false,
        port: daemon.announcedPort,
        requirePass: daemon.requirePass,
        remembered: memory === undefined ? [] : groupsOf(memory),
      },
      when,
    );
  },
  step,
  render: (state, previous) => rewriteSentinelConf(previous, durableView(state)),
};

function groupsOf(text: string): readonly RememberedGroup[] {
  const read = parseInstanceMemory(text);
  if (read.kind === "damaged") throw new Error(`a memory that cannot be read: ${read.reason}`);
  return read.groups;
}
