/**
 * `sentinel.conf`: what it says, or all that is wrong in it with file and line.
 *
 * - `readSentinelConf`: a text without includes
 * - `parseSentinelConf`: the same with what the text includes, and with a command line
 * - `formatMistake`: a mistake as Redis words it
 */
import {
  parseSentinelConf,
  type SentinelConfigResult,
} from "../../wire/sentinel-conf/sentinel-config.ts";

export { type ConfigMistake, formatMistake } from "../../wire/conf/config-mistake.ts";
export type { DurableMaster } from "../../wire/sentinel-conf/durable-sentinel.ts";
export {
  parseSentinelConf,
  type SentinelConfig,
  type SentinelConfigResult,
  type SentinelConfSource,
} from "../../wire/sentinel-conf/sentinel-config.ts";

/**
 * Reads a text alone: `include` finds nothing, and scripts count as there.
 * @param name what mistakes call the file
 */
export function readSentinelConf(text: string, name = "sentinel.conf"): SentinelConfigResult {
  return parseSentinelConf({
    main: { name, text },
    commandLine: "",
    include: () => ({ kind: "unreadable", reason: "a text alone has no other files" }),
    isExecutable: () => true,
  });
}
