import { describe, expect, it } from "vitest";
import { consequenceOf, orderOf } from "../../../src/cli/failover/failover.ts";
import { chosenSentinel } from "../../../src/cli/operator/chosen-sentinel.ts";
import { confirmed } from "../../../src/cli/operator/confirmation.ts";
import type { Conversation } from "../../../src/cli/operator/conversation.ts";
import { consequenceOf as consequenceOfReset } from "../../../src/cli/reset/reset.ts";
import { onlyOf } from "../../../src/cli/webhook/webhook.ts";
import { ALL_WELL, aView, groupOf } from "./a-set.ts";

const USUAL = { force: false, lastResort: false };
const GROUP = groupOf(ALL_WELL);
const DOWN = { flags: "s_down,slave,disconnected" };

describe("vedette failover", () => {
  it.each([
    [USUAL, []],
    [{ force: true, lastResort: false }, ["FORCE"]],
    [{ force: false, lastResort: true }, ["FORCE", "LAST-RESORT"]],
    [{ force: true, lastResort: true }, ["FORCE", "LAST-RESORT"]],
  ])("with %o orders %o", (force, words) => {
    expect(orderOf(GROUP, force)).toEqual(["SENTINEL", "FAILOVER", "mymaster", ...words]);
  });

  it("says how it stands, and what an order without a majority means", () => {
    expect(consequenceOf(GROUP, USUAL).slice(1)).toEqual([
      "As it stands: 1 sentinel and 1 replica more may be lost.",
    ]);
    const gone = { flags: "s_down,sentinel" };
    const alone = groupOf([aView(26379, { sentinels: { 26380: gone, 26381: gone } })]);
    const [, margin, warning] = consequenceOf(alone, USUAL);
    expect(margin).toBe(
      "As it stands: no failover is possible: 1 of 3 sentinels reached, 2 needed.",
    );
    expect(warning).toContain("needs no majority");
  });

  it("names those that only the last resort may take", () => {
    const group = groupOf(
      ALL_WELL.map(({ address }) => aView(address.port, { replicas: { 7001: DOWN, 7002: DOWN } })),
    );
    const [first, danger] = consequenceOf(group, { force: false, lastResort: true });
    expect(first).toContain("the replica that the sentinel finds best becomes the master");
    expect(danger).toContain("127.0.0.1:7001 (not reached)");
    expect(danger).toContain("gone on all the others too");
  });
});

describe("a confirmation", () => {
  it("keeps the lines, and lets nothing through that a terminal would obey", async () => {
    const asked = confirmed(["one\u001b[31m\nstill one", "two"], { yes: false });
    await expect(asked).rejects.toThrow(/^one\ufffd\[31m\ufffdstill one\ntwo\nnothing was done/);
  });

  it("is one line a sentence for a reset", () => {
    const lines = consequenceOfReset(GROUP, [{ name: "127.0.0.1:26379" }]);
    expect(lines).toHaveLength(3);
    expect(lines.join("")).not.toContain("\n");
  });
});

describe("the sentinel that an order goes to", () => {
  const conversations = ALL_WELL.map(
    ({ address }) => ({ address, name: `127.0.0.1:${address.port}` }) as Conversation,
  );

  it("is not the one that the order is about", () => {
    const except = { host: "127.0.0.1", port: 26379 };
    const chosen = [{}, { except }].map(
      (more) => chosenSentinel({ conversations }, GROUP, { needsVedette: true, ...more }).name,
    );
    expect(chosen).toEqual(["127.0.0.1:26379", "127.0.0.1:26380"]);
    const [only] = conversations;
    expect(() =>
      chosenSentinel({ conversations: only === undefined ? [] : [only] }, GROUP, {
        needsVedette: true,
        except,
      }),
    ).toThrow("none of the other sentinels");
  });
});

describe("vedette webhook list NAME", () => {
  it("shows that receiver alone", () => {
    const rows = ["pager", "chat"].map((name) => new Map([["name", name]]));
    const told = { sentinel: "s", rows, plain: [] };
    expect(onlyOf("chat", told).rows).toEqual([rows[1]]);
    expect(onlyOf(undefined, told)).toBe(told);
  });
});
