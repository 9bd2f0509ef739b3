import { describe, expect, it } from "vitest";
import {
  EMPTY,
  EVENTS_KEPT,
  listedMasters,
  type Model,
  withAllMasters,
  withChangedMasters,
  withDetails,
  withEarlierEvents,
  withEvents,
  withGap,
  withSelected,
} from "../../src/dashboard/model/model.ts";
import { retryAfterMs } from "../../src/dashboard/model/retry.ts";
import { anEvent, aSummary, someDetails } from "./answers.ts";

function holding(...names: readonly string[]): Model {
  const masters = names.map((name) => aSummary(name));
  return withAllMasters(EMPTY, { version: 10, total: names.length, masters });
}

describe("catching up with the masters", () => {
  it("adds what has changed to what is held", () => {
    const changed = aSummary("b", { state: "odown" });
    const model = withChangedMasters(holding("a", "b"), {
      version: 11,
      total: 2,
      masters: [changed],
    });
    expect(model?.version).toBe(11);
    expect(model?.masters.get("b")).toBe(changed);
    expect(model?.masters.size).toBe(2);
  });

  it("asks for all when a master was removed, or another came in its place", () => {
    const gone = { version: 11, total: 1, masters: [] };
    const replaced = { version: 11, total: 2, masters: [aSummary("c")] };
    expect(withChangedMasters(holding("a", "b"), gone)).toBeUndefined();
    expect(withChangedMasters(holding("a", "b"), replaced)).toBeUndefined();
  });

  it("forgets what a whole answer does not name", () => {
    const all = { version: 12, total: 1, masters: [aSummary("a")] };
    expect([...withAllMasters(holding("a", "b"), all).masters.keys()]).toEqual(["a"]);
  });
});

describe("details of the selected master", () => {
  const selected = withSelected(holding("mymaster", "other"), "mymaster");

  it("are dropped when they come late, for another master or an older version", () => {
    const details = someDetails({ version: 7 });
    const model = withDetails(selected, details, 1);
    expect(model.details).toBe(details);
    expect(withDetails(model, someDetails({ version: 6 }), 2)).toBe(model);
    expect(withDetails(withSelected(model, "other"), details, 3).details).toBeUndefined();
  });
});

describe("events", () => {
  it("of a resumed stream are not doubled", () => {
    const first = [anEvent(1, 0, "+sdown"), anEvent(2, 10, "+odown")];
    const model = withEvents(EMPTY, first);
    const resumed = withEvents(model, [anEvent(2, 10, "+odown"), anEvent(3, 20, "+new-epoch")]);
    expect(resumed.events.map(({ id }) => id.at(-1))).toEqual(["1", "2", "3"]);
    expect(withEvents(model, first)).toBe(model);
  });

  it("from earlier are put in their places, those of one moment by their number", () => {
    const model = withEvents(EMPTY, [anEvent(12, 30, "+odown")]);
    const earlier = [
      anEvent(9, 30, "+sdown"),
      anEvent(3, 0, "+monitor"),
      anEvent(12, 30, "+odown"),
    ];
    expect(withEarlierEvents(model, earlier).events.map(({ id }) => id.slice(9))).toEqual([
      "3",
      "9",
      "12",
    ]);
  });

  it("are kept up to a bound, the latest", () => {
    const many = Array.from({ length: EVENTS_KEPT + 5 }, (_, index) =>
      anEvent(index, index, "+set"),
    );
    const { events } = withEvents(EMPTY, many);
    expect(events).toHaveLength(EVENTS_KEPT);
    expect(events.at(-1)?.id).toBe(many.at(-1)?.id);
  });
});

describe("a gap in the events", () => {
  it("is marked at the next event that comes, not at one that was missed", () => {
    const before = withEvents(EMPTY, [anEvent(1, 0, "+sdown")]);
    const open = withGap(before);
    expect(open.gaps.size).toBe(0);
    expect(withEvents(open, [anEvent(1, 0, "+sdown")]).isGapOpen).toBe(true);
    const behind = withEvents(open, [anEvent(7, 90, "-sdown"), anEvent(8, 95, "+sdown")]);
    expect([...behind.gaps]).toEqual([anEvent(7, 0, "").id]);
    const after = withEvents(behind, [anEvent(9, 99, "-sdown")]);
    expect(after.gaps).toEqual(behind.gaps);
  });
});

describe("the list", () => {
  const masters = new Map(
    [
      aSummary("orders-10"),
      aSummary("orders-9", { address: "192.0.2.9:6379" }),
      aSummary("carts", { state: "odown", failoverReady: false }),
      aSummary("users", { failoverReady: false }),
    ].map((each) => [each.name, each] as const),
  );
  const names = (text: string, troubled = false) =>
    listedMasters(masters, { text, troubled }).map(({ name }) => name);

  it("has the urgent first, then names as people order them", () => {
    expect(names("")).toEqual(["carts", "orders-9", "orders-10", "users"]);
  });

  it.each([
    ["ORDERS", ["orders-9", "orders-10"]],
    [" 192.0.2.9 ", ["orders-9"]],
    ["nobody", []],
  ])("is filtered by '%s'", (text, expected) => expect(names(text)).toEqual(expected));

  it("can leave out those that are well", () => {
    expect(names("", true)).toEqual(["carts", "users"]);
  });

  it("is quick with a thousand", () => {
    const many = new Map(
      Array.from({ length: 1_000 }, (_, index) => [`m${index}`, aSummary(`m${index}`)] as const),
    );
    expect(listedMasters(many, { text: "m99", troubled: false })).toHaveLength(11);
  });
});

describe("the pause before the next attempt", () => {
  it("grows to a bound and differs from page to page", () => {
    expect([0, 1, 2, 3].map((failures) => retryAfterMs(failures, 0.5))).toEqual([
      500, 1_000, 2_000, 4_000,
    ]);
    expect(retryAfterMs(1_000, 1)).toBeLessThanOrEqual(12_500);
    expect(retryAfterMs(0, 0)).toBeLessThan(retryAfterMs(0, 1));
  });
});
