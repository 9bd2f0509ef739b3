import { describe, expect, it } from "vitest";
import { millis } from "../../../src/base/units.ts";
import { AclLog, type LoggedRefusal } from "../../../src/wire/acl/acl-log.ts";
import { channelsOf, denialOf } from "../../../src/wire/acl/permission.ts";
import type { KeyUse } from "../../../src/wire/acl/selector.ts";
import { CATALOG, directory } from "./users.ts";

/** What a user of these rules lacks; keys as `r:name`, `w:name`, `rw:name` or `:name`. */
function lacking(rules: string, request: string, keys: readonly string[] = []): string {
  const users = directory();
  const result = users.set("u", rules.split(" "));
  if (result.kind === "refused") throw new Error(result.error);
  const args = request.split(" ");
  const [word = "", first] = args;
  const command = CATALOG.find(`${word}|${first}`) ?? CATALOG.find(word);
  if (command === undefined) throw new Error(`no ${word}`);
  const denial = denialOf(result.user, {
    command,
    firstArgument: first,
    keys: keys.map(keyUse),
    channels: channelsOf(command.name, args),
  });
  return denial === undefined ? "allowed" : `${denial.reason} ${denial.object}`;
}

function keyUse(text: string): KeyUse {
  const [access = "", key = ""] = text.split(":");
  return { key, reads: access.includes("r"), writes: access.includes("w") };
}

/** Observed with `ACL DRYRUN` of redis-server 7.0.15. */
describe("a request", () => {
  it.each([
    ["+get ~a*", "get abc", ["r:abc"], "allowed"],
    ["+get ~a*", "set abc", ["w:abc"], "command set"],
    ["+get ~a*", "get b", ["r:b"], "key b"],
    ["+get %W~a", "get a", ["r:a"], "key a"],
    ["+get %R~a", "get a", ["r:a"], "allowed"],
    ["+set %R~a %W~a*", "set a", ["rw:a"], "key a"],
    ["+set %R~a %W~a", "set a", ["rw:a"], "allowed"],
    ["+exists %W~a", "exists a", [":a"], "allowed"],
    ["+exists ~b", "exists a", [":a"], "key a"],
    ["+config|get", "config get", [], "allowed"],
    ["+config|get", "config set", [], "command config|set"],
    ["+config -config|set", "config set", [], "command config|set"],
    ["+@all -@dangerous", "config get", [], "command config|get"],
    ["+select|0", "select 0", [], "allowed"],
    ["+select|0", "select 1", [], "command select"],
    ["+subscribe &c*", "subscribe c1 d", [], "channel d"],
    ["+publish &c*", "publish c1 x", [], "allowed"],
    ["+psubscribe &c*", "psubscribe c*", [], "allowed"],
    ["+psubscribe &c*", "psubscribe c1", [], "channel c1"],
    ["+unsubscribe", "unsubscribe d", [], "allowed"],
    // By the selector that came furthest.
    ["+mget ~a ~b ~c (+mget ~a ~x)", "mget a", ["r:a", "r:x", "r:b"], "key b"],
    ["+mget ~a ~b ~c (+mget ~a ~x)", "mget a", ["r:a", "r:b", "r:x"], "key x"],
    ["+get ~a (+set ~b)", "set a", ["w:a"], "key a"],
    ["+get ~a (+set ~b)", "set b", ["w:b"], "allowed"],
    ["+get ~a (+set ~b)", "ping", [], "command ping"],
  ] as const)("%s: %s %j: %s", (rules, request, keys, answer) => {
    expect(lacking(rules, request, keys)).toBe(answer);
  });
});

function refusal(object: string): LoggedRefusal {
  return { reason: "key", context: "toplevel", object, user: "u", client: `id=${object}` };
}

describe("ACL LOG", () => {
  it("counts the same refusal of one minute once more, and shows it first", () => {
    const log = new AclLog(() => 128);
    log.add(refusal("a"), millis(0));
    log.add(refusal("b"), millis(1));
    log.add(refusal("a"), millis(60_000));
    expect(log.entries.map(({ object, count, at }) => [object, count, at])).toEqual([
      ["a", 2, 60_000],
      ["b", 1, 1],
    ]);
    log.add(refusal("a"), millis(120_001));
    expect(log.entries).toHaveLength(3);
  });

  it("looks for it among the ten newest", () => {
    const log = new AclLog(() => 128);
    for (let index = 0; index <= 10; index++) log.add(refusal(`k${index}`), millis(0));
    log.add(refusal("k0"), millis(1));
    expect(log.entries.filter(({ object }) => object === "k0")).toHaveLength(2);
    log.add(refusal("k5"), millis(1));
    expect(log.entries[0]).toMatchObject({ object: "k5", count: 2 });
  });

  it("is no longer than acllog-max-len, which may change", () => {
    let longest = 3;
    const log = new AclLog(() => longest);
    for (const object of ["a", "b", "c", "d"]) log.add(refusal(object), millis(0));
    expect(log.entries.map(({ object }) => object)).toEqual(["d", "c", "b"]);
    longest = 1;
    log.add(refusal("e"), millis(0));
    expect(log.entries.map(({ object }) => object)).toEqual(["e"]);
    log.reset();
    expect(log.entries).toEqual([]);
  });
});
