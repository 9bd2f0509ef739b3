import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CATEGORIES } from "../../../src/wire/acl/categories.ts";
import { CATALOG, directory, rulesOf, sha256 } from "./users.ts";

/** Each line observed with `ACL SETUSER` and `ACL LIST` of redis-server 7.0.15. */
describe("the rules of a user", () => {
  const hash = sha256("pw");

  it.each([
    ["nothing", [], "off resetchannels -@all"],
    ["on with a password", ["on", ">pw"], `on #${hash} resetchannels -@all`],
    ["a password twice", [">pw", ">pw"], `off #${hash} resetchannels -@all`],
    ["a password taken back", [">pw", "<pw"], "off resetchannels -@all"],
    ["a hash taken back", [`#${hash}`, `!${hash}`], "off resetchannels -@all"],
    ["no password behind one", [">pw", "nopass"], "off nopass resetchannels -@all"],
    ["a password behind none", ["nopass", ">pw"], `off #${hash} resetchannels -@all`],
    ["letters of either case", ["ON", "AllCommands", "ALLKEYS"], "on ~* resetchannels +@all"],
    ["all of everything", ["~*", "&*", "+@all"], "off ~* &* +@all"],
    ["reset", ["on", "~*", "+@all", "reset"], "off sanitize-payload resetchannels -@all"],
    ["payloads", ["skip-sanitize-payload"], "off skip-sanitize-payload resetchannels -@all"],
    [
      "keys to read and to write",
      ["~a", "%R~r*", "%W~w*", "%RW~x"],
      "off ~a %R~r* %W~w* ~x resetchannels -@all",
    ],
    ["one pattern for both", ["%R~b", "%W~b"], "off ~b resetchannels -@all"],
    ["reading all keys", ["%R~*"], "off %R~* resetchannels -@all"],
    ["keys behind a reset", ["allkeys", "resetkeys", "~b"], "off ~b resetchannels -@all"],
    ["channels", ["&a", "&a", "&b*"], "off resetchannels &a &b* -@all"],
    ["commands", ["+get", "+set", "-set"], "off resetchannels -@all +get"],
    ["a subcommand", ["+config|get"], "off resetchannels -@all +config|get"],
    [
      "a container but one",
      ["+config", "-config|set"],
      "off resetchannels -@all +config -config|set",
    ],
    ["all but a subcommand", ["+@all", "-config|set"], "off resetchannels +@all -config|set"],
    ["a category", ["+@READ"], "off resetchannels -@all +@read"],
    ["two that overlap", ["+@read", "+@string"], "off resetchannels -@all +@read +@string"],
    [
      "a category that holds another",
      ["+@dangerous", "+@admin"],
      "off resetchannels -@all +@dangerous",
    ],
    [
      "a part of a category taken away",
      ["+@all", "-@dangerous", "+keys"],
      "off resetchannels +@all -@admin -flushall -flushdb -info -migrate -restore -restore-asking -sort -sort_ro -swapdb",
    ],
    ["a first argument", ["+select|0"], "off resetchannels -@all +select|0"],
    [
      "a first argument of what is allowed",
      ["+select|0", "+select"],
      "off resetchannels -@all +select",
    ],
    [
      "a first argument taken away with its command",
      ["+select|0", "-select"],
      "off resetchannels -@all",
    ],
    [
      "a selector",
      ["(+get", "~a)", "(%W~y", "&z", "+set)"],
      "off resetchannels -@all (~a resetchannels -@all +get) (%W~y resetchannels &z -@all +set)",
    ],
    [
      "a selector in one word",
      ["( +get   ~b )"],
      "off resetchannels -@all (~b resetchannels -@all +get)",
    ],
    ["selectors cleared", ["(+get)", "clearselectors", "+set"], "off resetchannels -@all +set"],
    ["an empty word", [""], "off resetchannels -@all"],
  ])("may be %s", (_, words, text) => {
    expect(rulesOf(...words)).toBe(text);
  });

  it.each([
    [["foo"], "foo", "Syntax error"],
    [["+foo"], "+foo", "Unknown command or category name in ACL"],
    [["-@foo"], "-@foo", "Unknown command or category name in ACL"],
    [["+config|foo"], "+config|foo", "Unknown command or category name in ACL"],
    [["-get|x"], "-get|x", "Unknown command or category name in ACL"],
    [["+config|get|x"], "+config|get|x", "Allowing first-arg of a subcommand is not supported"],
    [["+get|a|b"], "+get|a|b", "Unknown command or category name in ACL"],
    [["+get|"], "+get|", "Syntax error"],
    [["+"], "+", "Unknown command or category name in ACL"],
    [["~a b"], "~a b", "Syntax error"],
    [["~a\0b"], "~a", "Syntax error"],
    [["%X~a"], "%X~a", "Syntax error"],
    [["%RR~a"], "%RR~a", "Syntax error"],
    [["%"], "%", "Syntax error"],
    [
      ["~*", "~b"],
      "~b",
      "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
    ],
    [
      ["&*", "&b"],
      "&b",
      "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
    ],
    [
      ["#zz"],
      "#zz",
      "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters",
    ],
    [["<pw"], "<pw", "The password you are trying to remove from the user does not exist"],
    [["(on)"], "(on)", "Syntax error"],
    [["((+get))"], "((+get))", "Syntax error"],
    [[")"], ")", "Syntax error"],
  ])("may not be %j", (words, shown, problem) => {
    expect(rulesOf(...words)).toBe(`ERR Error in ACL SETUSER modifier '${shown}': ${problem}`);
  });

  it.each([
    [["(+get"], "(+get"],
    [["(+get", "~b)x"], "(+get"],
    [["(+get)", "("], "("],
  ])("must close what they open: %j", (words, word) => {
    expect(rulesOf(...words)).toBe(
      `ERR Unmatched parenthesis in acl selector starting at '${word}'.`,
    );
  });

  it("are all taken or none", () => {
    const users = directory();
    users.set("u", ["on", "+get"]);
    const before = users.lines();
    expect(users.set("u", ["off", "+set", "foo"]).kind).toBe("refused");
    expect(users.set("new", ["on", "foo"]).kind).toBe("refused");
    expect(users.lines()).toEqual(before);
  });

  it("give new users and selectors the channels of acl-pubsub-default", () => {
    const users = directory("allchannels");
    users.set("u", ["(+get)"]);
    expect(users.lines()[1]).toBe("user u off &* -@all (&* -@all +get)");
  });

  it("make the same user again from their own text", () => {
    const commands = CATALOG.all.map(({ name }) => name);
    const rule = fc.oneof(
      fc
        .tuple(fc.constantFrom("+", "-"), fc.constantFrom(...commands))
        .map((pair) => pair.join("")),
      fc
        .tuple(fc.constantFrom("+@", "-@"), fc.constantFrom("all", ...CATEGORIES))
        .map((pair) => pair.join("")),
      fc.constantFrom(
        "%R~a*",
        "~b",
        "&c",
        "resetkeys",
        "on",
        "nopass",
        ">x",
        "+select|0",
        "(+get ~s)",
      ),
    );
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 12 }), (words) => {
        const text = rulesOf(...words);
        const again = rulesOf("resetchannels", ...text.split(" "));
        expect(again).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the users of a daemon", () => {
  it("begin with one who may do everything", () => {
    const users = directory();
    expect(users.lines()).toEqual(["user default on nopass ~* &* +@all"]);
    expect(users.default.isRestricted).toBe(false);
  });

  it("are shown by name, byte by byte", () => {
    const users = directory();
    for (const name of ["b", "B", "a", "", "é"]) users.set(name, []);
    expect(users.all().map(({ name }) => name)).toEqual(["", "B", "a", "b", "default", "é"]);
  });

  it.each(["a b", "a\0b", "a\tb"])("are not called %j", (name) => {
    expect(directory().set(name, [])).toEqual({
      kind: "refused",
      error: "ERR Usernames can't contain spaces or null characters",
    });
  });

  it("keep the default one, whose password requirepass is", () => {
    const users = directory();
    const { default: user } = users;
    expect(users.delete("default")).toBe(false);
    users.setDefaultPassword("secret");
    expect(users.lines()).toEqual([`user default on #${sha256("secret")} ~* &* +@all`]);
    users.setDefaultPassword("");
    expect(users.lines()).toEqual(["user default on nopass ~* &* +@all"]);
    users.set("default", ["off", "-get"]);
    users.replaceAll([]);
    expect(users.default).toBe(user);
    expect(users.lines()).toEqual(["user default on nopass ~* &* +@all"]);
    expect(user.isRestricted).toBe(false);
  });
});
