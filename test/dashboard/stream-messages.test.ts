import { array, assert, constantFrom, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamParser } from "../../src/dashboard/api/stream-messages.ts";

const STREAM = [
  "retry: 2000",
  "",
  "event: hello",
  'data: {"runId":"a"}',
  "",
  ": beat",
  "",
  "id: x-1",
  "event: sentinel",
  "data: one",
  "data:two",
  "",
  "data: plain",
  "",
  "",
].join("\n");

const MESSAGES = [
  { event: "hello", data: '{"runId":"a"}' },
  { event: "sentinel", data: "one\ntwo" },
  { event: "message", data: "plain" },
];

describe("a stream of server-sent events", () => {
  it("reads the same however it is cut", () => {
    const cuts = array(integer({ min: 0, max: STREAM.length }), { maxLength: 20 });
    assert(
      property(cuts, constantFrom("\n", "\r\n"), (places, newline) => {
        const text = STREAM.replaceAll("\n", newline);
        const sorted = [0, ...places.sort((a, b) => a - b), text.length];
        const parser = new StreamParser();
        const read = sorted.flatMap((place, index) =>
          parser.take(text.slice(place, sorted[index + 1] ?? text.length)),
        );
        expect(read).toEqual(MESSAGES);
      }),
    );
  });

  it("tells nothing before a message is complete", () => {
    const parser = new StreamParser();
    expect(parser.take("data: half")).toEqual([]);
    expect(parser.take("\n")).toEqual([]);
    expect(parser.take("\n")).toEqual([{ event: "message", data: "half" }]);
  });
});
