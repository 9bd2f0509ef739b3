import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Bytes } from "../../src/base/bytes.ts";
import { encodeCommand } from "../../src/resp/encode-command.ts";
import { ProtocolError } from "../../src/resp/errors.ts";
import { RequestParser } from "../../src/resp/request-parser.ts";
import { ReplyFraming } from "../../src/shell/links/reply-framing.ts";
import { parseHello } from "../../src/wire/hello.ts";
import { parseInfo } from "../../src/wire/info.ts";
import { parseRole } from "../../src/wire/role.ts";
import { parseSentinelConf } from "../../src/wire/sentinel-conf/sentinel-config.ts";
import { form, slice } from "../resp/slices.ts";
import { FUZZ_SEED, FUZZ_TIMEOUT_MS, HostileDraw, isOver } from "./hostile-draw.ts";

const ID = "b".repeat(40);
const HELLO = `10.0.0.9,26380,${ID},7,mymaster,10.0.0.2,6379,7`;
const INFO = [
  "# Replication",
  "role:slave",
  `run_id:${ID}`,
  "master_host:10.0.0.2",
  "master_port:6379",
  "master_link_status:up",
  "slave_priority:100",
  "slave_repl_offset:12345",
  "slave0:ip=10.0.0.3,port=6380,state=online,offset=12345,lag=0",
].join("\r\n");
const CONF = ["accepted-by-redis", "first.after", "leading.after", "peers.after"].map((name) =>
  readFileSync(new URL(`../wire/sentinel-conf/real/${name}.conf`, import.meta.url), "latin1"),
);

/** Fuzzes with a draw of its own for each round; a failure names the round's seed. */
function rounds(short: number, round: (draw: HostileDraw) => void): void {
  const begun = Date.now();
  for (let count = 0; !isOver(count, { short, begun }); count++) {
    const seed = FUZZ_SEED + count;
    try {
      round(new HostileDraw(seed));
    } catch (cause) {
      throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
    }
  }
}

/** Damaged once, or again and again. */
function spoil(draw: HostileDraw, text: string): string {
  let spoilt = text;
  for (let times = 1 + draw.below(4); times > 0; times--) spoilt = draw.damaged(spoilt);
  return spoilt;
}

function requestsIn(slices: readonly Buffer[]): { requests: string[]; error: string | undefined } {
  const parser = new RequestParser({ maxBulkLength: 1024 * 1024 });
  const requests: string[] = [];
  try {
    for (const chunk of slices) {
      parser.feed(chunk);
      for (let next = parser.next(); next !== undefined; next = parser.next()) {
        requests.push(next.map((word: Bytes) => form(word)).join(" "));
      }
    }
    return { requests, error: undefined };
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    return { requests, error: cause.errorText };
  }
}

describe("a stream of requests, right and wrong", () => {
  it(
    "is read alike in any slicing, and ends in an error at most",
    () => {
      rounds(1500, (draw) => {
        const words = Array.from({ length: 1 + draw.below(5) }, () => draw.text());
        const command = encodeCommand(words).toString("latin1");
        const inline = `${draw.text()} ${draw.number()}\r\n`;
        const text = [command, inline, command].join("");
        const stream = Buffer.from(draw.once(4) ? text : spoil(draw, text), "latin1");
        const fractions = Array.from({ length: draw.below(6) }, () => draw.below(1000) / 1000);
        expect(requestsIn(slice(stream, fractions))).toEqual(requestsIn([stream]));
      });
    },
    FUZZ_TIMEOUT_MS,
  );
});

describe("a stream of replies, right and wrong", () => {
  it(
    "has the same fault in any slicing",
    () => {
      const right = `*3\r\n:1\r\n$40\r\n${ID}\r\n:7\r\n>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n%1\r\n+a\r\n_\r\n#t\r\n`;
      rounds(1500, (draw) => {
        const stream = Buffer.from(spoil(draw, right), "latin1");
        const fractions = Array.from({ length: draw.below(6) }, () => draw.below(1000) / 1000);
        const whole = new ReplyFraming().inspect(stream);
        const framing = new ReplyFraming();
        const inPieces = slice(stream, fractions).map((chunk) => framing.inspect(chunk));
        expect(inPieces.find((fault) => fault !== undefined)).toBe(whole);
      });
    },
    FUZZ_TIMEOUT_MS,
  );
});

describe("a text of a peer or a person", () => {
  it(
    "is read or refused, never thrown at us: hello, INFO, ROLE",
    () => {
      rounds(1500, (draw) => {
        const hello = parseHello(spoil(draw, HELLO));
        if (hello.kind === "hello") {
          expect(hello.masterAddress.host).not.toMatch(/[\s,"'\\]/);
          expect(Number.isSafeInteger(hello.currentEpoch)).toBe(true);
        }
        const info = parseInfo(Buffer.from(spoil(draw, INFO), "latin1"));
        for (const { host, port } of info.replicas) {
          expect(host).not.toMatch(/[\s,"'\\]/);
          expect(port).toBeLessThanOrEqual(65535);
        }
        for (const value of [info.replicaPriority, info.replicaReplOffset, info.masterPort]) {
          expect(value === undefined || Number.isSafeInteger(value)).toBe(true);
        }
        parseRole(anyRole(draw, 3));
      });
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    "is a configuration, or a list of mistakes with their lines",
    () => {
      rounds(150, (draw) => {
        const text = spoil(draw, draw.of(CONF));
        const result = parseSentinelConf({
          main: { name: "sentinel.conf", text },
          commandLine: draw.once(3) ? draw.text() : "",
          include: () => ({ kind: "unreadable", reason: "No such file" }),
          isExecutable: () => true,
        });
        if (result.kind === "config") return;
        const [first] = result.mistakes;
        expect(first?.message).not.toBe("");
        expect(first?.line).toBeGreaterThan(0);
      });
    },
    FUZZ_TIMEOUT_MS,
  );
});

function anyRole(draw: HostileDraw, depth: number): unknown {
  if (depth === 0 || draw.once(3)) {
    return draw.of<unknown>([
      null,
      draw.below(10),
      Number.NaN,
      Buffer.from(draw.text(), "latin1"),
      "master",
      "slave",
      "sentinel",
      new Error(draw.text()),
    ]);
  }
  const first = draw.once(2) ? draw.of(["master", "slave", "sentinel"]) : anyRole(draw, depth - 1);
  return [first, ...Array.from({ length: draw.below(5) }, () => anyRole(draw, depth - 1))];
}
