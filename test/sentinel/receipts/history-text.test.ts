import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { historyLine, readHistory } from "../../../src/sentinel/receipts/history-text.ts";
import type { AuditEntry } from "../../../src/sentinel/receipts/receipt.ts";
import { runIdOf } from "../watched-master.ts";

function entry(number: number, answer = "OK"): AuditEntry {
  return {
    kind: "audit",
    id: `audit,aaaaaaaa,${number}`,
    at: number,
    sentinel: runIdOf("a"),
    master: undefined,
    by: { user: "default", address: "10.0.0.1:1" },
    command: "SENTINEL RESET *",
    answer,
  };
}

describe("the text of the history", () => {
  it("comes back as it was written", () => {
    const text = [entry(1), entry(2)].map(historyLine).join("");
    expect(readHistory(text)).toEqual({ entries: [entry(1), entry(2)], damaged: 0 });
  });

  it("holds what an entry became last, in the place of the first", () => {
    const text = [entry(1), entry(2), entry(1, "ERR no")].map(historyLine).join("");
    expect(readHistory(text).entries).toEqual([entry(1, "ERR no"), entry(2)]);
  });

  it.each([
    ["a torn tail", historyLine(entry(2)).slice(0, 40)],
    ["no object", '"text"\n'],
    ["an entry of another kind", '{"kind":"other","id":"x","at":1,"sentinel":"s"}\n'],
    ["an entry that lacks a field", '{"kind":"audit","id":"x","at":1,"sentinel":"s"}\n'],
    ["a receipt without phases", '{"kind":"failover","id":"x","at":1,"sentinel":"s"}\n'],
    ["zeros, as a file system leaves them", `${"\0".repeat(64)}\n`],
  ])("is read around %s", (_, damage) => {
    const text = `${historyLine(entry(1))}${damage}\n${historyLine(entry(3))}`;
    expect(readHistory(text)).toEqual({ entries: [entry(1), entry(3)], damaged: 1 });
  });

  it("is read from its end, and only as far as entries are wanted", () => {
    const entries = Array.from({ length: 1_000 }, (_, number) => entry(number));
    const text = `damaged\n${entries.map(historyLine).join("")}`;
    const parsed = vi.spyOn(JSON, "parse");
    expect(readHistory(text, 10)).toEqual({ entries: entries.slice(-10), damaged: 0 });
    expect(parsed).toHaveBeenCalledTimes(10);
    parsed.mockRestore();
  });

  it("may be any text, cut anywhere", () => {
    const whole = [entry(1), entry(2), entry(3)].map(historyLine).join("");
    fc.assert(
      fc.property(fc.string(), fc.nat(whole.length), (noise, at) => {
        const { entries } = readHistory(`${whole.slice(0, at)}${noise}`);
        expect(entries.length).toBeLessThanOrEqual(3);
      }),
    );
  });
});
