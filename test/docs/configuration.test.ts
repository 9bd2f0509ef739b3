import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configurationReference } from "./configuration-reference.ts";

const PAGE = new URL("../../docs/configuration.md", import.meta.url);

it("docs/configuration.md is what the tables of settings say (npm run reference writes it)", () => {
  const page = configurationReference();
  if (process.env["VEDETTE_WRITE_REFERENCE"] === "1") writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});
