import { masterName } from "../../base/ids.ts";
import { isHost, parsePort } from "../../wire/host.ts";
import { findReplica } from "../instances.ts";
import type { VedetteTopic } from "../vedette-topic.ts";
import { forgetReplica, whyKept } from "./lost-replicas.ts";

export const REPLICA_TOPIC_NAME = "forget-replica";

/** `<master> <host> <port>`: answered by `yes`, or `no` and why. Each looks for itself. */
export const REPLICA_TOPIC: VedetteTopic = {
  answer(turn, [name = "", host = "", portText = ""]) {
    const port = parsePort(portText);
    if (port === undefined || !isHost(host)) return undefined;
    const master = turn.state.masters.get(masterName(name));
    const replica =
      master === undefined ? undefined : findReplica(turn.state, master, { host, port });
    if (replica === undefined) return ["yes"];
    const kept = whyKept(turn, replica);
    if (kept !== undefined) return ["no", kept];
    forgetReplica(turn, replica, "ordered by SENTINEL FORGET at another sentinel");
    return ["yes"];
  },
  take() {
    // Who keeps it has a reason of its own.
  },
};
