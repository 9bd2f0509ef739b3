import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allTypes } from "../../src/shell/webhooks/notice-types.ts";
import { readEndpoint } from "../../src/wire/webhooks/endpoint.ts";

const page = readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8");

describe("docs/webhooks.md", () => {
  it("explains every type there is, and no other", () => {
    const rows = page.split("\n").filter((line) => /^\| `[a-z]+\.[a-z]+`/.test(line));
    const named = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)]);
    expect(named.map(([, type = ""]) => type).toSorted()).toEqual(allTypes());
  });

  it("has lines that are accepted", () => {
    const lines = page
      .split("\n")
      .filter((line) => line.startsWith("vedette webhook ") && / (https?:|file:)/.test(line));
    expect(lines).toHaveLength(4);
    for (const line of lines)
      expect(readEndpoint(line.split(" ").slice(2))).toMatchObject({ ok: true });
  });
});
