import { classifyPingReply, isAcceptedPingReply } from "../../wire/ping-reply.ts";
import type { Reply } from "../../resp/reply.ts";
import type { ReferenceCore } from "./reference-core.ts";
import { helloPayload } from "./reference-hello.ts";
import { takeReferenceInfo } from "./reference-info.ts";
import type { RefMaster, RefPeer, RefReplica } from "./reference-state.ts";
import {
  FAST_INFO_PERIOD_MS,
  INFO_PERIOD_MS,
  PING_PERIOD_MS,
  PUBLISH_PERIOD_MS,
} from "./reference-timers.ts";

export type RefAny = RefMaster | RefReplica | RefPeer;

/** Sentinel spec §2.2, §2.5: connects, and sends what is due. */
export function tend(core: ReferenceCore, master: RefMaster, instance: RefAny): void {
  const { link } = instance;
  link.recycle(master.downAfterMs);
  link.reconnect(() => ping(core, instance));
  if (link.isDisconnected || link.isFull) return;
  if (instance.kind !== "sentinel") askForInfo(core, master, instance);
  const target = Math.min(master.downAfterMs, PING_PERIOD_MS);
  if (core.now - link.lastPongAt > target && core.now - link.lastPingAt > target / 2) {
    ping(core, instance);
  }
  if (core.now - instance.lastHelloSentAt > PUBLISH_PERIOD_MS) sayHello(core, master, instance);
}

function ping(core: ReferenceCore, instance: RefAny): void {
  const { link } = instance;
  if (link.actPingAt === 0) link.actPingAt = core.now;
  link.lastPingAt = core.now;
  const onReply = (reply: Reply): void => {
    if (instance.link !== link) return;
    link.lastPongAt = core.now;
    const text = reply.kind === "simple" || reply.kind === "error" ? reply.text : undefined;
    if (!isAcceptedPingReply(classifyPingReply(text))) return;
    link.lastOkAt = core.now;
    link.actPingAt = 0;
  };
  if (instance.kind === "sentinel") {
    link.send({ kind: "sentinel-command", args: ["PING"] }, onReply);
  } else {
    link.send({ kind: "server-command", command: { name: "ping" } }, onReply);
  }
}

function askForInfo(core: ReferenceCore, master: RefMaster, instance: RefMaster | RefReplica) {
  const isUrgent =
    instance.kind === "slave" &&
    (master.isOdown || master.phase !== "none" || instance.masterLinkDownMs !== 0);
  const period = isUrgent ? FAST_INFO_PERIOD_MS : INFO_PERIOD_MS;
  if (instance.infoAt !== 0 && core.now - instance.infoAt <= period) return;
  const { link } = instance;
  link.send({ kind: "server-command", command: { name: "info" } }, (reply) => {
    if (instance.link === link && reply.kind === "bulk") {
      takeReferenceInfo(core, master, { instance, text: reply.bytes });
    }
  });
}

function sayHello(core: ReferenceCore, master: RefMaster, instance: RefAny): void {
  const payload = helloPayload(core, master);
  tellWatchers(core, master);
  const onReply = (reply: Reply): void => {
    if (reply.kind !== "error") instance.lastHelloSentAt = core.now;
  };
  if (instance.kind === "sentinel") {
    const args = ["PUBLISH", "__sentinel__:hello", payload] as const;
    instance.link.send({ kind: "sentinel-command", args: [...args] }, onReply);
  } else {
    const hello = core.surroundings.hellos.read(payload);
    instance.link.send({ kind: "server-command", command: { name: "publish", hello } }, onReply);
  }
}

function tellWatchers(core: ReferenceCore, master: RefMaster): void {
  const { name, configEpoch } = master;
  const hello = {
    from: core.myId,
    master: name,
    address: core.announcedAddress(master),
    configEpoch,
  };
  for (const told of core.surroundings.watchers.referenceTold) told(hello);
}

/** Sentinel spec §5.1. */
export function judgeSdown(core: ReferenceCore, master: RefMaster, instance: RefAny): void {
  const { link } = instance;
  let elapsed = 0;
  if (link.actPingAt !== 0) elapsed = core.now - link.actPingAt;
  else if (link.isDisconnected) elapsed = core.now - link.lastOkAt;
  const isStrayed =
    instance.kind === "master" &&
    instance.role === "slave" &&
    core.now - instance.roleAt > master.downAfterMs + 2 * INFO_PERIOD_MS;
  const isDown = elapsed > master.downAfterMs || isStrayed;
  if (isDown === instance.isSdown) return;
  instance.isSdown = isDown;
  if (isDown) instance.sdownAt = core.now;
  core.event(isDown ? "+sdown" : "-sdown", `${instance.kind} ${instance.name}`);
}

/** Sentinel spec §5.2. */
export function judgeOdown(core: ReferenceCore, master: RefMaster): void {
  let agree = 0;
  if (master.isSdown) {
    agree = 1;
    for (const peer of master.peers.values()) if (peer.isMasterDown) agree++;
  }
  const isDown = master.isSdown && agree >= master.quorum;
  if (isDown === master.isOdown) return;
  master.isOdown = isDown;
  if (isDown) master.odownAt = core.now;
  core.event(isDown ? "+odown" : "-odown", `${master.name} #quorum ${agree}/${master.quorum}`);
}
