import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EVENT_LEVELS } from "../../src/sentinel/events.ts";

const PAGE = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");

/** `event letter` of each row of the page. */
const EXPLAINED = [...PAGE.matchAll(/^\| `([+-][a-z-]+)` \| ([WNVD]) \|/gm)].map(
  ([, name, letter]) => `${name} ${letter}`,
);

it("docs/events.md explains every event, with its level", () => {
  const told = Object.entries(EVENT_LEVELS).map(
    ([name, level]) => `${name} ${level.slice(0, 1).toUpperCase()}`,
  );
  expect(EXPLAINED.toSorted()).toEqual(told.toSorted());
});
