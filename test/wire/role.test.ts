import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseRole } from "../../src/wire/role.ts";

it.each([
  [
    ["master", 3129659, [["127.0.0.1", "9001", "3129242"]]],
    {
      kind: "master",
      offset: 3129659,
      replicas: [{ host: "127.0.0.1", port: 9001, offset: 3129242 }],
    },
  ],
  [
    [Buffer.from("slave"), "127.0.0.1", 9000, "connected", 3167038],
    {
      kind: "replica",
      master: { host: "127.0.0.1", port: 9000 },
      linkState: "connected",
      offset: 3167038,
    },
  ],
  [["sentinel", ["a", "b"]], { kind: "sentinel", masterNames: ["a", "b"] }],
  [["slave", "127.0.0.1", 9000, "dancing", 1], undefined],
  [["master", 1, [["127.0.0.1"]]], undefined],
  [["master", 1], undefined],
  [[], undefined],
  ["master", undefined],
  [null, undefined],
])("ROLE %j", (reply, report) => {
  expect(parseRole(reply)).toEqual(report);
});

it("ROLE never throws", () => {
  const reply = fc.oneof(
    fc.anything(),
    fc.array(fc.anything()).map((rest) => ["master", ...rest]),
    fc.array(fc.anything()).map((rest) => ["slave", ...rest]),
    fc.array(fc.anything()).map((rest) => ["sentinel", ...rest]),
  );
  fc.assert(
    fc.property(reply, (value) => {
      expect(["master", "replica", "sentinel", undefined]).toContain(parseRole(value)?.kind);
    }),
  );
});
