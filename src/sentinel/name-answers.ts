import type { QuestionId } from "../base/ids.ts";
import { canonicalHost, isIpAddress } from "../wire/host.ts";
import { answerClient } from "./commands/answer-client.ts";
import { takeHello } from "./hello-exchange.ts";
import { closeQuestion, findName } from "./host-names.ts";
import { dropInstance } from "./instances.ts";
import { masterOf, reopenLink } from "./links.ts";
import type { Awaiting, HostName, Link, Master, Replica } from "./state.ts";
import { RESOLVE_DEADLINE_MS } from "./tunables.ts";
import { logLine, requestSave, touch, type Turn } from "./turn.ts";
import { isAt, replicaName, shownAddress } from "./whereabouts.ts";

/**
 * The name has addresses. The one in use stays in use while it is among them, else the first is
 * taken and every connection follows.
 */
export function takeIps(turn: Turn, question: QuestionId, answer: readonly string[]): void {
  const ips = answer.filter(isIpAddress).map(canonicalHost);
  const [first] = ips;
  if (first === undefined) {
    takeFailure(turn, question, { isGone: true, reason: "no address" });
    return;
  }
  const name = closeQuestion(turn, question);
  if (name === undefined) return;
  const before = name.ip;
  name.ips = ips;
  name.standing = "good";
  if (before === undefined || !ips.includes(before)) useIp(turn, name, first);
  for (const link of linksTo(turn, name)) follow(turn, link, name);
  goOn(turn, name);
}

/** The last good address stays in use. */
export function takeFailure(
  turn: Turn,
  question: QuestionId,
  { isGone, reason }: { readonly isGone: boolean; readonly reason: string },
): void {
  const name = closeQuestion(turn, question);
  if (name === undefined) return;
  const standing = isGone ? "gone" : "silent";
  if (name.standing !== standing) {
    const rest = name.ip === undefined ? "" : `; ${name.ip} stays in use`;
    logLine(turn, "warning", `Failed to resolve hostname '${name.text}': ${reason}${rest}`);
  }
  name.standing = standing;
  goOn(turn, name);
}

/** The resolver has had its time; what it may still say is about a question that is closed. */
export function giveUpQuestion(turn: Turn, { question }: HostName): void {
  if (question === undefined || question.deadline > turn.now) return;
  const reason = `no answer within ${RESOLVE_DEADLINE_MS} ms`;
  takeFailure(turn, question.id, { isGone: false, reason });
}

/** An instance answers at another of its name's addresses: that one is used from now on. */
export function preferAnswering(turn: Turn, link: Link): void {
  const name = findName(turn.state, link.address.host);
  if (name === undefined || link.ip === undefined || name.ip === link.ip) return;
  if (name.ips.includes(canonicalHost(link.ip))) useIp(turn, name, canonicalHost(link.ip));
}

function linksTo({ state }: Turn, name: HostName): Link[] {
  const host = name.text.toLowerCase();
  return [...state.links.values()].filter(({ address }) => address.host.toLowerCase() === host);
}

function useIp(turn: Turn, name: HostName, ip: string): void {
  const { state } = turn;
  const before = name.ip;
  name.ip = ip;
  if (before !== undefined) {
    logLine(turn, "notice", `Hostname '${name.text}' resolves to ${ip}, before to ${before}`);
  }
  const masters = new Set<Master>();
  for (const link of linksTo(turn, name)) {
    for (const owner of link.owners) {
      owner.address = shownAddress(state, owner.place);
      masters.add(masterOf(owner));
    }
  }
  for (const master of masters) {
    forgetTwins(turn, master);
    for (const replica of master.replicas.values()) {
      if (before === undefined && replica.place.host === name.text) nameReplica(turn, replica);
    }
    touch(turn, master);
  }
}

/**
 * A replica that is known by its name and was listed by its IP before the name said so is one: the
 * name stays. The same goes for the master's own IP.
 */
function forgetTwins(turn: Turn, master: Master): void {
  const named = [master, ...master.replicas.values()].filter(
    ({ place }) => !isIpAddress(place.host),
  );
  for (const replica of master.replicas.values()) {
    if (!isIpAddress(replica.place.host) || isPromoted(replica)) continue;
    const twin = named.find((each) => isAt(turn.state, each, replica.place));
    if (twin === undefined) continue;
    logLine(turn, "notice", `Replica ${replica.name} is ${twin.place.host}:${twin.place.port}`);
    master.replicas.delete(replica.name);
    turn.touched.delete(replica);
    dropInstance(turn, replica);
    requestSave(turn);
  }
}

function isPromoted(replica: Replica): boolean {
  const { failover } = replica.master;
  return "promoted" in failover && failover.promoted === replica;
}

/** It was read from the file by a name that had no address yet. */
function nameReplica({ state }: Turn, replica: Replica): void {
  const { replicas } = replica.master;
  const name = replicaName(state, replica.place);
  if (name === replica.name || replicas.has(name)) return;
  replicas.delete(replica.name);
  replica.name = name;
  replicas.set(name, replica);
}

/** A connection to an address that the name has no more is replaced; one that waits begins. */
function follow(turn: Turn, link: Link, name: HostName): void {
  const isThere = link.ip !== undefined && name.ips.includes(canonicalHost(link.ip));
  if (isThere) return;
  link.failures = 0;
  reopenLink(turn, link);
  touch(turn, link);
  for (const owner of link.owners) touch(turn, owner);
}

/** What waited for the name is done again; what has no address now is refused there. */
function goOn(turn: Turn, name: HostName): void {
  const all = [...name.awaiting.values()];
  name.awaiting.clear();
  for (const awaiting of all) doAgain(turn, awaiting);
}

function doAgain(turn: Turn, awaiting: Awaiting): void {
  switch (awaiting.kind) {
    case "hello":
      return takeHello(turn, awaiting.hello);
    case "request":
      return answerClient(turn, awaiting.request);
    case "info": {
      const { master } = awaiting;
      if (turn.state.masters.get(master.masterName) !== master) return;
      master.reported.infoForced = true;
      touch(turn, master);
    }
  }
}
