import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatContinue,
  formatCountedHeader,
  formatFullResync,
  formatMarkedHeader,
  formatPsync,
  parsePayloadHeader,
  parsePsyncReply,
  parsePsyncRequest,
  parseReplicationId,
  type ReplicationId,
} from "../../src/wire/psync.ts";

const REPLID = "0123456789abcdef0123456789abcdef01234567" as ReplicationId;

describe("PSYNC", () => {
  it("asks for everything or for the rest", () => {
    expect(formatPsync(undefined)).toEqual(["PSYNC", "?", "-1"]);
    expect(formatPsync({ replid: REPLID, offset: 8 })).toEqual(["PSYNC", REPLID, "8"]);
  });

  it("is read by the master", () => {
    expect(parsePsyncRequest({ replid: "?", offset: "-1" })).toEqual({ kind: "full" });
    expect(parsePsyncRequest({ replid: REPLID.toUpperCase(), offset: "8" })).toEqual({
      kind: "partial",
      resume: { replid: REPLID, offset: 8 },
    });
    expect(parsePsyncRequest({ replid: "nonsense", offset: "8" })).toEqual({ kind: "foreign" });
    expect(parsePsyncRequest({ replid: REPLID, offset: "08" })).toBeUndefined();
  });
});

describe("the answer to PSYNC", () => {
  it.each([
    ["", { kind: "keepalive" }],
    [`+FULLRESYNC ${REPLID} 14`, { kind: "full", replid: REPLID, offset: 14 }],
    ["+FULLRESYNC", { kind: "full-unusable" }],
    [`+FULLRESYNC ${REPLID}`, { kind: "full-unusable" }],
    [`+FULLRESYNC ${REPLID} -3`, { kind: "full-unusable" }],
    ["+FULLRESYNC shortid 5", { kind: "full-unusable" }],
    ["+CONTINUE", { kind: "continue", replid: undefined }],
    [`+CONTINUE ${REPLID}`, { kind: "continue", replid: REPLID }],
    ["-NOMASTERLINK Can't SYNC", { kind: "transient", text: "NOMASTERLINK Can't SYNC" }],
    ["-LOADING Redis is loading", { kind: "transient", text: "LOADING Redis is loading" }],
    ["-ERR unknown command", { kind: "unknown", text: "-ERR unknown command" }],
    ["+CONTINUED", { kind: "unknown", text: "+CONTINUED" }],
  ])("%j", (line, reply) => {
    expect(parsePsyncReply(line)).toEqual(reply);
  });

  it("is read as it is written", () => {
    const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(offset, (at) => {
        const line = formatFullResync({ replid: REPLID, offset: at });
        expect(parsePsyncReply(line.slice(0, -2))).toEqual({
          kind: "full",
          replid: REPLID,
          offset: at,
        });
      }),
    );
    expect(parsePsyncReply(formatContinue(REPLID).slice(0, -2))).toMatchObject({ replid: REPLID });
    expect(formatContinue(undefined)).toBe("+CONTINUE\r\n");
  });
});

describe("the header of the payload", () => {
  const marker = "f".repeat(40);

  it.each([
    ["", { kind: "keepalive" }],
    ["$0", { kind: "counted", bytes: 0 }],
    ["$1234", { kind: "counted", bytes: 1234 }],
    [`$EOF:${marker}`, { kind: "marked", marker }],
    [`$EOF:${marker}0`, { kind: "bad-protocol" }],
    ["$-1", { kind: "bad-protocol" }],
    ["$12x", { kind: "bad-protocol" }],
    ["hello", { kind: "bad-protocol" }],
    ["-ERR no", { kind: "failed", text: "ERR no" }],
  ])("%j", (line, header) => {
    expect(parsePayloadHeader(line)).toEqual(header);
  });

  it("is read as it is written", () => {
    expect(parsePayloadHeader(formatCountedHeader(7).slice(0, -2))).toMatchObject({ bytes: 7 });
    expect(parsePayloadHeader(formatMarkedHeader(marker).slice(0, -2))).toMatchObject({ marker });
  });
});

describe("any line", () => {
  it("is answered, never thrown at", () => {
    const line = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `+FULLRESYNC ${rest}`),
      fc.string().map((rest) => `$${rest}`),
    );
    fc.assert(
      fc.property(line, (text) => {
        expect(parsePsyncReply(text).kind).toBeTypeOf("string");
        expect(parsePayloadHeader(text).kind).toBeTypeOf("string");
        expect(parseReplicationId(text)).toBeUndefined();
      }),
    );
  });
});
