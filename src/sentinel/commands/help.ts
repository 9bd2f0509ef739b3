import { array, type Reply, simple } from "../../resp/reply.ts";

/** SENTINEL HELP: first and last lines are fixed, the rest is our own wording (spec §7.2). */
const LINES: readonly (readonly [string, string])[] = [
  [
    "ACKNOWLEDGE <master-name> [text ...]",
    "Say that the last automatic failover was looked at: another may follow before the cooldown is over.",
  ],
  ["CKQUORUM <master-name>", "Check whether a failover could be agreed on and authorized now."],
  ["CONFIG GET <param> [<param> ...]", "Show settings of this Sentinel, by names or patterns."],
  ["CONFIG SET <param> <value> [<param> <value> ...]", "Change settings of this Sentinel."],
  [
    "CONFIRM <master-name> [ALL]",
    "Ask the other Sentinels and the servers where the master is, now.",
  ],
  ["DEBUG [<param> <value> ...]", "Show or set the internal timers, in milliseconds."],
  [
    "DOWNTIME <master-name> <ip> <port> [SECONDS <n> | UNTIL <unix-time> | OFF] [REASON text ...]",
    "Raise no alarm about a replica or Sentinel, and do not promote it, for a while.",
  ],
  [
    "FAILOVER <master-name> [FORCE]",
    "Fail over now, without asking whether the master is down; without loss where possible.",
  ],
  [
    "FAILOVER <master-name> COORDINATED [TO <host> <port>] [TIMEOUT <ms>]",
    "Change places with a replica without loss, or not at all.",
  ],
  ["FLUSHCONFIG", "Write the configuration file."],
  ["FORGET <master-name> <ip> <port>", "Forget a replica that is gone, on all vedettes."],
  [
    "FORGET <master-name> SENTINEL <runid>",
    "Forget a Sentinel that is gone, when all others agree and count the same.",
  ],
  ["GET-MASTER-ADDR-BY-NAME <master-name>", "Return the address of the master."],
  ["INFO-CACHE <master-name> [...]", "Show the last INFO of masters and their replicas."],
  [
    "IS-MASTER-DOWN-BY-ADDR <ip> <port> <current-epoch> <runid>",
    "Tell whether the master at this address is down here, and vote when a run id is given.",
  ],
  ["MASTER <master-name>", "Show the state of the master."],
  ["MASTERS", "Show the state of all masters."],
  ["MONITOR <name> <ip> <port> <quorum>", "Start to monitor a master."],
  ["MYID", "Return the id of this Sentinel."],
  [
    "PAUSE <master-name> [SECONDS <n> | UNTIL <unix-time>] [REASON text ...]",
    "Make no automatic failover for a while; the other vedettes are told.",
  ],
  ["PENDING-SCRIPTS", "Show the scripts that run or wait."],
  ["REMOVE <master-name>", "Stop to monitor a master."],
  ["REPLICAS <master-name>", "Show the replicas of the master."],
  ["RESET <pattern>", "Forget replicas, Sentinels and failovers of the masters that match."],
  ["RESUME <master-name> [REASON text ...]", "End a pause."],
  ["SENTINELS <master-name>", "Show the other Sentinels of the master."],
  ["SET <master-name> <option> <value> [...]", "Change settings of a master."],
  ["SIMULATE-FAILURE [CRASH-AFTER-ELECTION] [CRASH-AFTER-PROMOTION] [HELP]", "Crash on purpose."],
  ["HISTORY [<master-name>|<id>] [COUNT <n>]", "Show failovers and orders, the newest first."],
  ["PLAN <master-name>", "Show who would be promoted now, and why not the others."],
  ["HELP", "Print this help."],
];

export function help(): Reply {
  const first = "SENTINEL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:";
  return array([
    simple(first),
    ...LINES.flatMap(([syntax, text]) => [simple(syntax), simple(`    ${text}`)]),
  ]);
}
