import { clientKill } from "./client-kill.ts";
import { clientInfo, clientList } from "./client-list-command.ts";
import {
  clientGetName,
  clientId,
  clientNoEvict,
  clientNoTouch,
  clientReply,
  clientSetInfo,
  clientSetName,
} from "./client-settings.ts";
import {
  clientCaching,
  clientGetRedir,
  clientTracking,
  clientTrackingInfo,
} from "./client-tracking.ts";
import { clientPause, clientUnblock, clientUnpause } from "./client-waiting.ts";
import { subcommand, tableWithHelp } from "./subcommands.ts";

/** In the order of HELP. */
const SUBCOMMANDS = [
  subcommand("caching", 3, clientCaching, [
    "CACHING (YES|NO)",
    "    Whether the keys of the next command are tracked.",
  ]),
  subcommand("getredir", 2, clientGetRedir, [
    "GETREDIR",
    "    The client that gets the invalidations of this one.",
  ]),
  subcommand("getname", 2, clientGetName, ["GETNAME", "    The name of this connection."]),
  subcommand("id", 2, clientId, ["ID", "    The number of this connection."]),
  subcommand("info", 2, clientInfo, ["INFO", "    What is known of this connection."]),
  subcommand("kill", -3, clientKill, [
    "KILL <ip:port>",
    "    Close the connection that was made from there.",
    "KILL <option> <value> [<option> <value> [...]]",
    "    Close all connections for which every option holds:",
    "    * ID <client-id>",
    "    * ADDR (<ip:port>|<unixsocket>:0)",
    "    * LADDR (<ip:port>|<unixsocket>:0)",
    "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
    "    * USER <username>",
    "    * MAXAGE <seconds>",
    "    * SKIPME (YES|NO)",
    "      Leave out this connection (default: yes).",
  ]),
  subcommand("list", -2, clientList, [
    "LIST [options ...]",
    "    What is known of all connections, a line each. Options:",
    "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
    "    * ID <client-id> [<client-id> ...]",
  ]),
  subcommand("unpause", 2, clientUnpause, ["UNPAUSE", "    End the pause."]),
  subcommand("pause", -3, clientPause, [
    "PAUSE <timeout> [WRITE|ALL]",
    "    Let requests wait for <timeout> milliseconds.",
  ]),
  subcommand("reply", 3, clientReply, [
    "REPLY (ON|OFF|SKIP)",
    "    Whether replies are sent here.",
  ]),
  subcommand("setname", 3, clientSetName, ["SETNAME <name>", "    Name this connection."]),
  subcommand("setinfo", 4, clientSetInfo, [
    "SETINFO (LIB-NAME|LIB-VER) <value>",
    "    Tell which library this client uses.",
  ]),
  subcommand("unblock", -3, clientUnblock, [
    "UNBLOCK <clientid> [TIMEOUT|ERROR]",
    "    End the wait of a blocked client.",
  ]),
  subcommand("tracking", -3, clientTracking, [
    "TRACKING (ON|OFF)",
    "    Client-side caching; not supported.",
  ]),
  subcommand("trackinginfo", 2, clientTrackingInfo, [
    "TRACKINGINFO",
    "    State of client-side caching.",
  ]),
  subcommand("no-evict", 3, clientNoEvict, [
    "NO-EVICT (ON|OFF)",
    "    Spare this connection when memory is short.",
  ]),
  subcommand("no-touch", 3, clientNoTouch, [
    "NO-TOUCH (ON|OFF)",
    "    Leave the age of keys as it is when they are read.",
  ]),
];

/** CLIENT of the server. */
export const CLIENT_SUBCOMMANDS = tableWithHelp("CLIENT", SUBCOMMANDS);

/** CLIENT of a sentinel, which has no keys to touch (sentinel spec §7.13). */
export const SENTINEL_CLIENT_SUBCOMMANDS = tableWithHelp(
  "CLIENT",
  SUBCOMMANDS.filter(({ name }) => name !== "no-touch"),
);
