import { describe, expect, it } from "vitest";
import { readConfLines } from "../../../src/wire/conf/conf-lines.ts";
import { declareUsers, userOptionLines } from "../../../src/wire/acl/user-lines.ts";
import { formatUsersFile, readUsersFile } from "../../../src/wire/acl/users-file.ts";
import type { UserDirectory } from "../../../src/wire/acl/user-directory.ts";
import { directory, sha256 } from "./users.ts";

function declare(users: UserDirectory, text: string, usersFile = ""): string[] {
  const { lines } = readConfLines({
    main: { name: "redis.conf", text },
    commandLine: "",
    include: () => ({ kind: "files", files: [] }),
  });
  return declareUsers(users, lines, usersFile).map(({ line, message }) => `${line}: ${message}`);
}

describe("users of a configuration", () => {
  it("may stand in any order, and are written by name", () => {
    const users = directory();
    const text = "user zed on nopass +@all\nuser default on >pw +@all ~*\nuser abe (+get ~a)";
    expect(declare(users, text)).toEqual([]);
    expect(userOptionLines(users, "").map((option) => option.text)).toEqual([
      "user abe off resetchannels -@all (~a resetchannels -@all +get)",
      `user default on sanitize-payload #${sha256("pw")} ~* resetchannels +@all`,
      "user zed on nopass resetchannels +@all",
    ]);
    expect(userOptionLines(users, "users.acl")).toEqual([]);
  });

  it("overrule requirepass", () => {
    const users = directory();
    users.setDefaultPassword("foo");
    declare(users, "user default on nopass ~* &* +@all");
    expect(users.default.needsNoPassword).toBe(true);
  });

  it("are all judged at once; no password is shown", () => {
    const users = directory();
    const text = [
      "user",
      "user a on foo",
      "user b +nocmd",
      "user c on",
      "user c on",
      "user 'd e' on",
      "user f (+get",
      "user g <secret",
    ].join("\n");
    expect(declare(users, text)).toEqual([
      "1: Bad directive or wrong number of arguments",
      "2: Error in user declaration 'foo': Syntax error",
      "3: Error in user declaration '+nocmd': Unknown command or category name in ACL",
      "5: Error in user declaration 'c': Duplicate user found. A user can only be defined once in config files",
      "6: Spaces not allowed in ACL usernames",
      "7: Unmatched parenthesis in acl selector starting at '(+get'.",
      "8: Error in user declaration '<(hidden)': The password you are trying to remove from the user does not exist",
    ]);
    expect(users.all()).toHaveLength(1);
    const [mistake] = declareUsers(users, [lineOf("user h >secret #ab foo")], "");
    expect(mistake?.text).toBe("user h >(hidden) #(hidden) foo");
  });

  it("do not stand beside an aclfile", () => {
    const [mistake, ...more] = declare(directory(), "user a on\nuser b on", "users.acl");
    expect(mistake).toMatch(
      /^1: Configuring Redis with users defined in redis.conf and at the same/,
    );
    expect(more).toEqual([]);
  });
});

function lineOf(text: string) {
  const { lines } = readConfLines({
    main: { name: "redis.conf", text },
    commandLine: "",
    include: () => ({ kind: "files", files: [] }),
  });
  const [line] = lines;
  if (line === undefined) throw new Error("no line");
  return line;
}

/** Texts observed with redis-server 7.0.15. */
describe("an aclfile", () => {
  it("is read as it was written", () => {
    const users = directory();
    users.set("abe", ["on", ">pw", "~a*", "(+get", "~b)"]);
    users.set("default", ["-@dangerous"]);
    const text = formatUsersFile(users);
    const others = directory();
    others.set("gone", []);
    const reading = readUsersFile(others, { name: "users.acl", text });
    if (reading.kind === "mistakes") throw new Error(reading.text);
    others.replaceAll(reading.users);
    expect(formatUsersFile(others).replace("sanitize-payload ", "")).toBe(text);
  });

  it("has words parted by blanks, without quotes and comments", () => {
    const text = '\n   user bob off   +get  \n\tuser joe on >"a"\r\n';
    const reading = readUsersFile(directory(), { name: "users.acl", text });
    expect(reading).toMatchObject({
      kind: "users",
      users: [{ name: "bob" }, { name: "joe", passwords: [sha256('"a"')] }],
    });
  });

  it("tells all of its mistakes at once", () => {
    const text = [
      "# comment",
      "user alice on foo",
      "usr x",
      "user",
      "user bob on",
      "user bob on +nocmd",
      "user carl +nocmd",
      " user c (+get",
      "user e on #zz",
    ].join("\n");
    expect(readUsersFile(directory(), { name: "u.acl", text })).toEqual({
      kind: "mistakes",
      text: "u.acl:1 should start with user keyword followed by the username. u.acl:2: Syntax error. u.acl:3 should start with user keyword followed by the username. u.acl:4 should start with user keyword followed by the username. WARNING: Duplicate user 'bob' found on line 6. u.acl:7: Error in applying operation '+nocmd': Unknown command or category name in ACL. u.acl:8: Unmatched parenthesis in selector definition.u.acl:9: The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters. WARNING: ACL errors detected, no change to the previously active ACL rules was performed",
    });
  });
});
