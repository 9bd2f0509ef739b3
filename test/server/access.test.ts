import { describe, expect, it } from "vitest";
import type { RequestToAuthorize } from "../../src/server/environment.ts";
import { TestServer } from "./test-server.ts";

/** A client whose user may not do everything, and what was asked about it. */
function restricted() {
  const server = new TestServer();
  const client = server.connect();
  Object.assign(client.connection, { isRestricted: true });
  const asked: string[] = [];
  const denied = new Set<string>();
  server.authorize = (_, { name, context }: RequestToAuthorize) => {
    asked.push(`${context} ${name}`);
    return denied.has(name) ? { reason: "command", object: name } : undefined;
  };
  return { client, asked, denied };
}

function sortDenied(option: string): string {
  return `-ERR ${option} option of SORT denied due to insufficient ACL permissions.\r\n`;
}

describe("a user who may not do everything", () => {
  it("is asked about for each command, with its subcommand", () => {
    const { client, asked, denied } = restricted();
    denied.add("config|set");
    client.send("GET", "a");
    expect(client.send("CONFIG", "SET", "port", "1")).toBe(
      "-NOPERM this user has no permissions to run the 'config|set' command\r\n",
    );
    expect(asked).toEqual(["toplevel get", "toplevel config|set"]);
  });

  it("may come in again, and learns first what does not exist", () => {
    const { client, asked } = restricted();
    client.send("AUTH", "x");
    client.send("NOPE");
    client.send("GET");
    expect(asked).toEqual([]);
  });

  it("spoils a transaction with what is denied, and may lose what was queued", () => {
    const { client, asked, denied } = restricted();
    client.send("MULTI");
    client.send("SET", "a", "1");
    denied.add("set");
    expect(client.send("EXEC")).toBe(
      "*1\r\n-NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: no permission to execute the command or subcommand\r\n",
    );
    expect(asked).toEqual(["toplevel multi", "multi set", "multi exec", "multi set"]);
    client.send("MULTI");
    client.send("SET", "a", "1");
    expect(client.send("EXEC")).toBe(
      "-EXECABORT Transaction discarded because of previous errors.\r\n",
    );
  });

  it("does not read other keys by SORT", () => {
    const { client } = restricted();
    client.send("RPUSH", "l", "1");
    expect(client.send("SORT", "l", "BY", "w*")).toBe(sortDenied("BY"));
    expect(client.send("SORT", "l", "GET", "#")).toBe(sortDenied("GET"));
    expect(client.send("SORT", "l", "BY", "nosort")).toBe("*1\r\n$1\r\n1\r\n");
  });
});

describe("COMMAND GETKEYSANDFLAGS", () => {
  it.each([
    ["SET a b", "a OW update"],
    ["SET a b GET", "a RW access update"],
    ["MSET a 1 b 2", "a OW update, b OW update"],
    ["SORT a BY x STORE b GET y", "a RO access, b OW update"],
    ["OBJECT ENCODING a", "a RO"],
    ["COPY a b", "a RO access, b OW update"],
    ["LMPOP 2 a b LEFT", "a RW access delete, b RW access delete"],
  ])("%s: %s", (request, keys) => {
    const client = new TestServer().connect();
    const reply = client.send("COMMAND", "GETKEYSANDFLAGS", ...request.split(" "));
    const words = reply.split("\r\n").filter((line) => line !== "" && !/^[*$]/.test(line));
    const shown = words.map((word) => (word.startsWith("+") ? word.slice(1) : `, ${word}`));
    expect(shown.join(" ").replaceAll(" ,", ",").slice(2)).toBe(keys);
  });
});
