import type { Address } from "../base/address.ts";
import { type QuestionId, questionId } from "../base/ids.ts";
import { after, type Millis, NEVER } from "../base/units.ts";
import { canonicalHost, isHostName, isIpAddress } from "../wire/host.ts";
import type { Awaiting, HostName, SentinelState } from "./state.ts";
import { NAME_FRESH_MS, RESOLVE_DEADLINE_MS, RESOLVE_GAP_MS } from "./tunables.ts";
import type { Turn } from "./turn.ts";

/**
 * What is known of host names: the last good IP stays in use while a name is asked for again, and a
 * question is an effect with an id and a deadline, so that no resolver can hold anything up.
 */

/** Names that nobody is connected to: as many may be asked for at a time, whoever brings them up. */
const STRANGERS_ASKED_MAX = 32;
/** What may wait for one name. */
const AWAITING_MAX = 64;
/** Records are swept when there are this many more than links. */
const SPARE_NAMES = 64;

export function findName(state: SentinelState, host: string): HostName | undefined {
  return state.names.size === 0 ? undefined : state.names.get(host.toLowerCase());
}

/**
 * The IP in use for a host, whatever became of the name since; undefined while there is none.
 * @param host a literal address or a name
 */
export function lastGoodIp(state: SentinelState, host: string): string | undefined {
  return isIpAddress(host) ? canonicalHost(host) : findName(state, host)?.ip;
}

/** As `lastGoodIp`, but not of a name that has been taken back: its IP may be another's by now. */
export function presentIp(state: SentinelState, host: string): string | undefined {
  const name = findName(state, host);
  if (name !== undefined) return name.standing === "gone" ? undefined : name.ip;
  return isIpAddress(host) ? canonicalHost(host) : undefined;
}

/**
 * Where to connect: all addresses of a name, the one in use first.
 * @returns none while the name has not been resolved
 */
export function candidateIps(turn: Turn, { host }: Address): readonly string[] {
  if (isIpAddress(host)) return [host];
  const name = askFor(turn, host, RESOLVE_GAP_MS);
  if (name?.ip === undefined) return [];
  const { ip } = name;
  return [ip, ...name.ips.filter((other) => other !== ip)];
}

/** The name is asked for again in the background: its instance has fallen silent. */
export function refreshName(turn: Turn, host: string): void {
  if (findName(turn.state, host) !== undefined) askFor(turn, host, RESOLVE_GAP_MS);
}

/**
 * Can this host be compared and connected to, as well as it ever will be? If a name has to be looked
 * up first, `awaiting` is done again when its answer is there, or its time is up.
 */
export function isSettledHost(turn: Turn, host: string, awaiting?: Awaiting): boolean {
  if (isIpAddress(host)) return true;
  const known = findName(turn.state, host);
  const name = askFor(turn, host, known?.ip === undefined ? RESOLVE_GAP_MS : NAME_FRESH_MS);
  if (name === undefined || name.ip !== undefined || name.question === undefined) return true;
  // What cannot wait is done with what is known: a client that is not answered would wait for ever.
  return awaiting !== undefined && !holdFor(name, awaiting);
}

/** @returns whether a question about that host is under way, whose answer `awaiting` waits for now */
export function awaitsAnswer(state: SentinelState, host: string, awaiting: Awaiting): boolean {
  const name = findName(state, host);
  if (name?.question === undefined) return false;
  return holdFor(name, awaiting);
}

/** @returns false when as much waits for that name as may */
function holdFor({ awaiting: all }: HostName, awaiting: Awaiting): boolean {
  const key = keyOf(awaiting);
  if (all.size >= AWAITING_MAX && !all.has(key)) return false;
  all.set(key, awaiting);
  return true;
}

/** The same question of the same asker waits once, with its newest content. */
function keyOf(awaiting: Awaiting): string {
  switch (awaiting.kind) {
    case "hello":
      return `hello ${awaiting.hello.sentinelId} ${awaiting.hello.masterName}`;
    case "info":
      return `info ${awaiting.master.name}`;
    case "request":
      return `request ${awaiting.request.client} ${awaiting.request.request}`;
  }
}

/** Can connections be made to what this host stands for, as far as is known? */
export function isUsableHost(state: SentinelState, host: string): boolean {
  if (isIpAddress(host)) return true;
  return state.settings.resolveHostnames && findName(state, host)?.ip !== undefined;
}

/** A name that nothing is known of, because the resolver has not answered. */
export function isUnknownName(state: SentinelState, host: string): boolean {
  const name = findName(state, host);
  if (name === undefined) return state.settings.resolveHostnames && isHostName(host);
  return name.ip === undefined && name.standing !== "gone";
}

/** @returns undefined when names are not resolved, or the text is none */
function askFor(turn: Turn, host: string, gapMs: number): HostName | undefined {
  const { state, now } = turn;
  const known = findName(state, host);
  if (!state.settings.resolveHostnames) return known;
  const name = known ?? remember(turn, host);
  if (name === undefined || name.question !== undefined) return name;
  if (now < after(name.askedAt, gapMs)) return name;
  const id = questionId(++state.lastQuestionId);
  name.askedAt = now;
  name.question = { id, deadline: after(now, RESOLVE_DEADLINE_MS) };
  state.questions.set(id, name);
  state.schedule.set(name, name.question.deadline);
  turn.effects.push({ kind: "resolve", question: id, name: name.text });
  return name;
}

function remember(turn: Turn, host: string): HostName | undefined {
  const { state } = turn;
  if (!isHostName(host)) return undefined;
  const isConnectedTo = hasLink(state, host);
  if (!isConnectedTo && state.questions.size >= STRANGERS_ASKED_MAX) return undefined;
  if (state.names.size > state.links.size + SPARE_NAMES) sweep(turn);
  const name: HostName = {
    kind: "host-name",
    text: host,
    ip: undefined,
    ips: [],
    standing: "unknown",
    question: undefined,
    askedAt: Number.NEGATIVE_INFINITY as Millis,
    awaiting: new Map(),
  };
  state.names.set(host.toLowerCase(), name);
  return name;
}

function hasLink(state: SentinelState, host: string): boolean {
  const wanted = host.toLowerCase();
  for (const { address } of state.links.values()) {
    if (address.host.toLowerCase() === wanted) return true;
  }
  return false;
}

/** Forgets names that no link uses and nothing waits for. */
function sweep({ state }: Turn): void {
  const used = new Set([...state.links.values()].map(({ address }) => address.host.toLowerCase()));
  for (const [key, { question }] of state.names) {
    if (!used.has(key) && question === undefined) state.names.delete(key);
  }
}

/** @returns the name the question was about; undefined when it has been given up meanwhile */
export function closeQuestion(turn: Turn, question: QuestionId): HostName | undefined {
  const { state } = turn;
  const name = state.questions.get(question);
  if (name === undefined) return undefined;
  state.questions.delete(question);
  state.schedule.set(name, NEVER);
  name.question = undefined;
  // What waited for this answer must not ask again.
  name.askedAt = turn.now;
  return name;
}
