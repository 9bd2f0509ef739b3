import { formatAddress } from "../../base/address.ts";
import { array, bulk, integer, map, type Reply } from "../../resp/reply.ts";
import {
  confirmationsNeeded,
  type ConfirmationRound,
  countBehind,
  hasSpoken,
  heldForMs,
  openServer,
} from "../confirmation-round.ts";
import { voters } from "../election.ts";
import { isConnected } from "../links.ts";
import { downtimeOf } from "../maintenance/maintenance.ts";
import { lagBytes, replicaTrouble } from "../replica-health.ts";
import type { Master, Replica } from "../state.ts";
import type { Turn } from "../turn.ts";

interface Confirmed {
  readonly master: Master;
  readonly round: ConfirmationRound;
}

/** What CONFIRM answers, by all that the round has brought. */
export function describeConfirmation(turn: Turn, { master, round }: Confirmed): Reply {
  const { address } = master;
  const trouble = majorityTrouble(master, round) ?? masterTrouble(turn, { master, round });
  return map([
    ["name", bulk(master.name)],
    ["ip", bulk(address.host)],
    ["port", bulk(address.port)],
    ["config-epoch", integer(master.configEpoch)],
    ["confirmed", bulk(trouble === undefined ? "yes" : "no")],
    ["reason", bulk(trouble ?? "")],
    ["majority", bulk(majorityTrouble(master, round) === undefined ? "yes" : "no")],
    ["sentinels", integer(voters(master))],
    ["needed", integer(confirmationsNeeded(master))],
    ["behind", integer(countBehind(round))],
    [
      "replicas",
      array(
        round.scope === "all"
          ? [...master.replicas.values()].map((each) => describeReplica(turn, each, round))
          : [],
      ),
    ],
  ]);
}

function describeReplica(turn: Turn, replica: Replica, round: ConfirmationRound): Reply {
  const trouble = hasSpoken(replica, round)
    ? replicaTrouble(turn, replica)
    : notHeard(replica, "it");
  const lag = hasSpoken(replica.master, round) ? lagBytes(replica) : undefined;
  return map([
    ["ip", bulk(replica.address.host)],
    ["port", bulk(replica.address.port)],
    ["healthy", bulk(trouble === undefined ? "yes" : "no")],
    ["reason", bulk(trouble ?? "")],
    ["downtime", bulk(downtimeOf(turn, replica) === undefined ? "no" : "yes")],
    ["link", bulk(replica.masterLinkUp ? "up" : "down")],
    // -1: not known.
    ["lag", integer(lag ?? -1)],
  ]);
}

function majorityTrouble(master: Master, round: ConfirmationRound): string | undefined {
  const behind = countBehind(round);
  const needed = confirmationsNeeded(master);
  if (behind >= needed) return undefined;
  return `${behind} of ${voters(master)} sentinels stand behind it, ${needed} are needed`;
}

function masterTrouble(turn: Turn, { master, round }: Confirmed): string | undefined {
  if (!hasSpoken(master, round)) return notHeard(master, "the server");
  if (master.reported.role !== "master") return "the server itself says that it is a replica";
  const heldMs = heldForMs(turn, master, round);
  const open = openServer(master, round);
  if (heldMs === 0 || open === undefined) return undefined;
  return `held for another ${Math.ceil(heldMs)} ms: ${formatAddress(open.address)} may still take writes`;
}

function notHeard({ link, reported }: Master | Replica, who: string): string {
  if (!isConnected(link)) return `there is no connection to ${who}`;
  return reported.infoRefusedAt === undefined
    ? `${who} did not answer INFO in time`
    : `${who} refused INFO`;
}
