import type { LinkCommand } from "../../src/sentinel/effect.ts";
import type { Master, SentinelState } from "../../src/sentinel/state.ts";
import type { HostileDraw } from "./hostile-draw.ts";

/** What servers, peers and clients may send, right, nearly right and wrong. */

const HOSTS = ["10.0.0.2", "10.0.0.3", "10.0.0.9", "::1", "redis-1.example", "redis-2.example"];
const PORTS = ["6379", "6380", "6381", "6382", "26379", "26380", "0"];
const PEERS = ["b", "c", "d", "e", "f"].map((letter) => letter.repeat(40));

function anyHost(draw: HostileDraw): string {
  return draw.once(15) ? draw.text() : draw.of(HOSTS);
}

function anyPort(draw: HostileDraw): string {
  return draw.once(15) ? draw.number() : draw.of(PORTS);
}

function anyId(draw: HostileDraw, { myId }: SentinelState): string {
  if (draw.once(12)) return draw.once(2) ? myId : draw.text();
  // Now and then one of thousands.
  return draw.once(6) ? draw.below(5000).toString(16).padStart(40, "0") : draw.of(PEERS);
}

function anyMaster(draw: HostileDraw, { masters }: SentinelState): Master | undefined {
  const all = [...masters.values()];
  return all.length === 0 ? undefined : draw.of(all);
}

function anyName(draw: HostileDraw, state: SentinelState): string {
  return draw.once(15) ? draw.text() : (anyMaster(draw, state)?.name ?? "mymaster");
}

export function anyHello(draw: HostileDraw, state: SentinelState): string {
  const master = anyMaster(draw, state);
  const isRight = master !== undefined && !draw.once(4);
  const payload = [
    anyHost(draw),
    draw.once(3) ? String(1024 + draw.below(5000)) : anyPort(draw),
    anyId(draw, state),
    draw.epoch(state.currentEpoch),
    anyName(draw, state),
    isRight ? master.address.host : anyHost(draw),
    isRight ? master.address.port : anyPort(draw),
    draw.epoch(master?.configEpoch ?? 0),
  ].join(",");
  return draw.once(12) ? draw.damaged(payload) : payload;
}

export function anyInfo(draw: HostileDraw, state: SentinelState): Buffer {
  const master = anyMaster(draw, state);
  const lines = ["# Replication", `run_id:${draw.once(10) ? draw.text() : draw.of(PEERS)}`];
  if (!draw.once(20)) lines.push(`role:${draw.once(2) ? "master" : "slave"}`);
  const isRight = master !== undefined && !draw.once(5);
  lines.push(
    `master_host:${isRight ? master.address.host : anyHost(draw)}`,
    `master_port:${isRight ? master.address.port : anyPort(draw)}`,
    `master_link_status:${draw.once(4) ? "down" : "up"}`,
    `master_link_down_since_seconds:${draw.number()}`,
    `slave_priority:${draw.once(3) ? draw.number() : "100"}`,
    `slave_repl_offset:${draw.once(3) ? draw.number() : "1000"}`,
    `replica_announced:${draw.once(8) ? draw.number() : "1"}`,
  );
  const replicas = draw.once(30) ? draw.below(3000) : draw.below(4);
  for (let index = 0; index < replicas; index++) {
    const host = index < 4 ? anyHost(draw) : `10.9.${index >> 8}.${index & 255}`;
    lines.push(`slave${index}:ip=${host},port=${anyPort(draw)},state=online,offset=1,lag=0`);
  }
  const text = lines.join("\r\n");
  return Buffer.from(draw.once(8) ? draw.damaged(text) : text, "latin1");
}

/** As the connection hands it out. */
export function anyAnswer(
  draw: HostileDraw,
  state: SentinelState,
  { epoch, candidate }: Extract<LinkCommand, { readonly name: "ask" }>,
): Buffer | (Buffer | number)[] {
  if (draw.once(15)) return Buffer.from(draw.text(), "latin1");
  const isVote = candidate !== undefined && !draw.once(4);
  const leader = isVote && draw.once(2) ? candidate : draw.once(2) ? "*" : anyId(draw, state);
  const told = isVote ? epoch : Number(draw.epoch(state.currentEpoch));
  const answer = [draw.once(3) ? 0 : 1, Buffer.from(leader, "latin1"), told];
  return draw.once(20) ? answer.slice(0, draw.below(4)) : answer;
}

type Words = readonly [string, ...string[]];

export function anyRequest(draw: HostileDraw, state: SentinelState): Words {
  const name = anyName(draw, state);
  const make = draw.of(draw.once(2) ? VOTES : REQUESTS);
  const words = make(draw, state, name);
  return draw.once(25) ? [words[0], ...words.slice(1).map(() => draw.text())] : words;
}

type Request = (draw: HostileDraw, state: SentinelState, name: string) => Words;

const VOTES: readonly Request[] = [
  (draw, state) => {
    const { host, port } = anyMaster(draw, state)?.address ?? { host: "10.0.0.2", port: 6379 };
    return [
      "SENTINEL",
      "is-master-down-by-addr",
      draw.once(8) ? anyHost(draw) : host,
      draw.once(8) ? anyPort(draw) : String(port),
      draw.epoch(state.currentEpoch),
      draw.once(4) ? "*" : anyId(draw, state),
    ];
  },
];

const SETTINGS = [
  "down-after-milliseconds",
  "failover-timeout",
  "parallel-syncs",
  "quorum",
  "master-reboot-down-after-period",
  "crash-detection-milliseconds",
  "auth-pass",
  "auth-user",
  "notification-script",
  "client-reconfig-script",
];
const OWN_SETTINGS = ["announce-ip", "announce-port", "sentinel-user", "sentinel-pass", "loglevel"];

const REQUESTS: readonly Request[] = [
  (_draw, _state, name) => ["SENTINEL", "MASTER", name],
  () => ["SENTINEL", "MASTERS"],
  (_draw, _state, name) => ["SENTINEL", "REPLICAS", name],
  (_draw, _state, name) => ["SENTINEL", "SENTINELS", name],
  (_draw, _state, name) => ["SENTINEL", "CKQUORUM", name],
  (_draw, _state, name) => ["SENTINEL", "INFO-CACHE", name],
  (_draw, _state, name) => ["SENTINEL", "FAILOVER", name],
  (draw, _state, name) => ["SENTINEL", "RESET", draw.once(3) ? "*" : name],
  (draw, _state, name) =>
    draw.once(4) ? ["SENTINEL", "REMOVE", name] : ["SENTINEL", "PENDING-SCRIPTS"],
  (draw) => [
    "SENTINEL",
    "MONITOR",
    draw.once(4) ? draw.text() : draw.of(["mymaster", "other", "#third"]),
    anyHost(draw),
    anyPort(draw),
    draw.once(3) ? draw.number() : "2",
  ],
  (draw, _state, name) => [
    "SENTINEL",
    "SET",
    name,
    draw.of(SETTINGS),
    draw.once(2) ? draw.number() : draw.text(),
  ],
  (draw, _state, name) => ["SENTINEL", "SET", name, "rename-command", draw.text(), draw.text()],
  (draw, _state, name) => [
    "SENTINEL",
    "SET",
    name,
    "down-after-milliseconds",
    String(1 + draw.below(3000)),
    "quorum",
    String(1 + draw.below(4)),
  ],
  (draw) => [
    "SENTINEL",
    "CONFIG",
    "SET",
    draw.of(OWN_SETTINGS),
    draw.once(3) ? draw.number() : draw.text(),
  ],
  (draw) => [
    "SENTINEL",
    "CONFIG",
    "SET",
    draw.of(["resolve-hostnames", "announce-hostnames"]),
    draw.of(["yes", "no", "maybe"]),
  ],
  () => ["SENTINEL", "CONFIG", "GET", "*"],
  () => ["SENTINEL", "DEBUG"],
  () => ["ROLE"],
  () => ["INFO"],
  (draw) => ["PUBLISH", draw.of(["__sentinel__:hello", "news"]), draw.text()],
];
