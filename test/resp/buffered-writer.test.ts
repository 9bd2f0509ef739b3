import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BufferedWriter, encodeReply } from "../../src/resp/buffered-writer.ts";
import { map, type Reply, simple } from "../../src/resp/reply.ts";
import { bufferOfOutput, replies } from "./replies.ts";
import { patterned } from "./slices.ts";

function written(use: (writer: BufferedWriter) => void, protocol: 2 | 3 = 2): string {
  const writer = new BufferedWriter(protocol);
  use(writer);
  return bufferOfOutput(writer.take()).toString("latin1");
}

describe("BufferedWriter", () => {
  it.each<[Reply, string, string]>([
    [simple("OK"), "+OK\r\n", "+OK\r\n"],
    [{ kind: "error", text: "ERR a\r\nb" }, "-ERR a  b\r\n", "-ERR a  b\r\n"],
    [{ kind: "simple", text: "a\nb" }, "+a b\r\n", "+a b\r\n"],
    [{ kind: "integer", value: -7 }, ":-7\r\n", ":-7\r\n"],
    [{ kind: "integer", value: 511 }, ":511\r\n", ":511\r\n"],
    [{ kind: "integer", value: 512 }, ":512\r\n", ":512\r\n"],
    [{ kind: "bulk", bytes: "" }, "$0\r\n\r\n", "$0\r\n\r\n"],
    [{ kind: "bulk", bytes: "\r\n\xff" }, "$3\r\n\r\n\xff\r\n", "$3\r\n\r\n\xff\r\n"],
    [{ kind: "null" }, "$-1\r\n", "_\r\n"],
    [{ kind: "null-array" }, "*-1\r\n", "_\r\n"],
    [{ kind: "set", items: [simple("a")] }, "*1\r\n+a\r\n", "~1\r\n+a\r\n"],
    [{ kind: "push", items: [simple("a")] }, "*1\r\n+a\r\n", ">1\r\n+a\r\n"],
    [map([["k", simple("v")]]), "*2\r\n$1\r\nk\r\n+v\r\n", "%1\r\n$1\r\nk\r\n+v\r\n"],
    [{ kind: "double", value: 1.5 }, "$3\r\n1.5\r\n", ",1.5\r\n"],
    [{ kind: "boolean", value: true }, ":1\r\n", "#t\r\n"],
    [{ kind: "big-number", digits: "123" }, "$3\r\n123\r\n", "(123\r\n"],
    [{ kind: "verbatim", format: "txt", bytes: "hi" }, "$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n"],
  ])("writes %j", (reply, resp2, resp3) => {
    expect(bufferOfOutput(encodeReply(reply, 2)).toString("latin1")).toBe(resp2);
    expect(bufferOfOutput(encodeReply(reply, 3)).toString("latin1")).toBe(resp3);
  });

  it("writes integers of 64 bits", () => {
    const text = written((writer) => writer.integer(2n ** 63n - 1n));
    expect(text).toBe(":9223372036854775807\r\n");
  });

  it("switches the protocol for what follows", () => {
    const text = written((writer) => {
      writer.null();
      writer.switchProtocol(3);
      writer.null();
    });
    expect(text).toBe("$-1\r\n_\r\n");
  });

  it("keeps short output one string", () => {
    const writer = new BufferedWriter();
    writer.bulk(Buffer.alloc(100, "x"));
    writer.simple("OK");
    expect(writer.take()).toBe(`$100\r\n${"x".repeat(100)}\r\n+OK\r\n`);
  });

  it("hands long Buffers on without a copy", () => {
    const value = Buffer.alloc(10_000, "x");
    const writer = new BufferedWriter();
    writer.bulk(value);
    const output = writer.take();
    expect(Array.isArray(output) && output[1] === value).toBe(true);
  });

  it("counts bytes, and is empty after take", () => {
    fc.assert(
      fc.property(fc.array(replies, { maxLength: 5 }), fc.constantFrom(2, 3), (all, protocol) => {
        const writer = new BufferedWriter(protocol);
        for (const reply of all) writer.reply(reply);
        const counted = writer.byteLength;
        expect(bufferOfOutput(writer.take())).toHaveLength(counted);
        expect(writer.byteLength).toBe(0);
        expect(writer.take()).toBe("");
      }),
    );
  });

  it("appends what another writer took", () => {
    const part = new BufferedWriter();
    part.bulk(patterned(9000));
    part.simple("OK");
    const alone = bufferOfOutput(part.take());
    part.bulk(patterned(9000));
    part.simple("OK");
    const taken = part.take();
    const text = written((writer) => {
      writer.simple("first");
      writer.encoded(taken);
      writer.simple("last");
    });
    expect(text).toBe(`+first\r\n${alone.toString("latin1")}+last\r\n`);
  });

  it("holds output longer than any string", () => {
    const writer = new BufferedWriter();
    const half = Buffer.alloc(300 * 1024 * 1024);
    writer.bulk(half);
    writer.bulk(half);
    for (let count = 0; count < 20_000; count++) writer.bulk("a value of some length");
    expect(writer.byteLength).toBe(2 * (half.length + 14) + 20_000 * 29);
  });

  it("tells of error replies", () => {
    const errors: string[] = [];
    const writer = new BufferedWriter(2, { onError: (text) => errors.push(text) });
    writer.error("ERR first");
    writer.reply({ kind: "array", items: [{ kind: "error", text: "NOAUTH second" }] });
    expect(errors).toEqual(["ERR first", "NOAUTH second"]);
  });
});
