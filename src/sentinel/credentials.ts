import { masterName } from "../base/ids.ts";
import type { Credentials } from "./effect.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import type { Link, Master, SentinelState } from "./state.ts";
import { publish, touch, type Turn } from "./turn.ts";

/**
 * Which password a link uses, and what it means that one is refused. A server that refuses a password, or the
 * right to PING, answers: it lives, and another master would be no help. Redis' sentinels take its refusals for
 * silence and fail over from it, again and again.
 */

/** The master that an owner of this link belongs to; any of them for a link to another sentinel. */
function anyMaster(link: Link): Master | undefined {
  if (link.probes !== undefined) return link.probes.master;
  for (const owner of link.owners) return owner.kind === "master" ? owner : owner.master;
  return undefined;
}

/**
 * The password in force and the one that is to follow it, the one that was last accepted first. While a password is
 * being changed some servers know the one and some the other.
 */
function passwordsOf(state: SentinelState, link: Link): readonly (string | undefined)[] {
  const both =
    link.purpose === "sentinel" ? sentinelPasswords(state) : dataPasswords(state, anyMaster(link));
  const [first, next] = both;
  if (next === undefined || next === first) return [first];
  return link.acceptedPassword === next ? [next, first] : [first, next];
}

/** Source: sentinel spec §2.3. */
function sentinelPasswords({ settings, secrets }: SentinelState): readonly (string | undefined)[] {
  const own = secrets.sentinelPass ?? settings.sentinelPass;
  const next = secrets.sentinelPassNext ?? orNone(settings.extensions["sentinel-pass-next"]);
  return [own ?? secrets.requirePass ?? settings.requirePass, next];
}

function dataPasswords(
  { secrets }: SentinelState,
  master: Master | undefined,
): readonly (string | undefined)[] {
  if (master === undefined) return [undefined];
  const { name, settings } = master;
  const next = secrets.authPassNext.get(masterName(name));
  return [
    secrets.authPass.get(masterName(name)) ?? settings.authPass,
    next ?? orNone(settings.extensions["auth-pass-next"]),
  ];
}

function orNone(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** What the next connection of this link proves itself with. */
export function chooseCredentials(state: SentinelState, link: Link): Credentials {
  const passwords = passwordsOf(state, link);
  const password = passwords[link.refusedPasswords % passwords.length];
  link.triedPassword = password;
  return { user: userOf(state, link), password };
}

function userOf({ settings, secrets }: SentinelState, link: Link): string | undefined {
  if (link.purpose === "data") return anyMaster(link)?.settings.authUser;
  const hasPassword = (secrets.sentinelPass ?? settings.sentinelPass) !== undefined;
  return hasPassword ? settings.sentinelUser : undefined;
}

/** Is there a password that was not tried since one was last accepted? */
export function hasAnotherPassword(state: SentinelState, link: Link): boolean {
  return link.refusedPasswords < passwordsOf(state, link).length;
}

/** Do refusals of this link leave its instances alive? Another sentinel that refuses us gives no vote. */
function isNoSilence(link: Link): boolean {
  const master = anyMaster(link);
  return (
    link.purpose === "data" && master?.settings.extensions["credential-faults-are-down"] === false
  );
}

/**
 * What is at the other end refused the password or the right to ask.
 * @param reason the server's word: `WRONGPASS`, `NOAUTH`, `NOPERM`
 */
export function noteCredentialFault(turn: Turn, link: Link, reason: string): void {
  link.refusedPasswords++;
  if (isNoSilence(link)) link.actPingAt = undefined;
  if (hasAnotherPassword(turn.state, link)) return;
  const isKnown = link.credentialFault !== undefined;
  link.credentialFault = reason;
  if (isKnown) return;
  for (const owner of link.owners) {
    const payload = `${describeInstance(owner)} #${reason}`;
    publish(turn, "+vedette-credential-fault", payload, aboutInstance(owner, { reason }));
    touch(turn, owner);
  }
}

/** A ping was accepted, so the password was. */
export function noteCredentialsAccepted(turn: Turn, link: Link): void {
  link.refusedPasswords = 0;
  link.acceptedPassword = link.triedPassword;
  if (link.credentialFault === undefined) return;
  link.credentialFault = undefined;
  for (const owner of link.owners) {
    const event = "-vedette-credential-fault";
    publish(turn, event, describeInstance(owner), aboutInstance(owner));
    touch(turn, owner);
  }
}
