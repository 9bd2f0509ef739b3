import { expect, it } from "vitest";
import { TONED_EVENTS, toneOfEvent } from "../../src/advice/event-tones.ts";
import { EVENT_LEVELS } from "../../src/sentinel/events.ts";

it("every event with a tone is one that sentinels tell", () => {
  expect(TONED_EVENTS.filter((name) => !(name in EVENT_LEVELS))).toEqual([]);
});

it("what ends something bad is good", () => {
  const ends = TONED_EVENTS.filter(
    (name) =>
      name.startsWith("+") && toneOfEvent(name) === "bad" && `-${name.slice(1)}` in EVENT_LEVELS,
  ).map((name) => `-${name.slice(1)}`);
  expect(ends.length).toBeGreaterThan(0);
  expect(ends.map((name) => [name, toneOfEvent(name)])).toEqual(ends.map((name) => [name, "good"]));
});
