import { describe, expect, it } from "vitest";
import { encodeCommand, encodeCommandText } from "../../src/resp/encode-command.ts";

describe("encodeCommand", () => {
  it("writes a multibulk of bytes", () => {
    const encoded = encodeCommand(["SET", "k\xff", Buffer.from([0, 1])]);
    expect(encoded.toString("latin1")).toBe("*3\r\n$3\r\nSET\r\n$2\r\nk\xff\r\n$2\r\n\0\x01\r\n");
  });

  it("keeps a short command a string and makes a long one a Buffer", () => {
    expect(encodeCommandText(["PING"])).toBe("*1\r\n$4\r\nPING\r\n");
    const long = encodeCommandText(["SET", "k", Buffer.alloc(20_000, "v"), "x".repeat(20_000)]);
    expect(long).toBeInstanceOf(Buffer);
    expect(long.toString("latin1")).toBe(
      `*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$20000\r\n${"v".repeat(20_000)}\r\n$20000\r\n${"x".repeat(20_000)}\r\n`,
    );
  });
});
