import { afterEach, expect, it } from "vitest";
import { CommandClient } from "./harness/command-client.ts";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import { describePairs, startPair, untilInSync } from "./harness/replication.ts";

const lab = new Lab();
const clients: CommandClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await lab.cleanUp();
});

function connect(server: DataServer): CommandClient {
  const client = new CommandClient(server.port);
  clients.push(client);
  return client;
}

/** What each line is answered, errors by their text. */
async function answers(client: CommandClient, lines: readonly string[]): Promise<unknown[]> {
  const told: unknown[] = [];
  for (const line of lines) {
    const words = line.split(" ");
    told.push([line, await client.command(...words).catch((error: unknown) => String(error))]);
  }
  return told;
}

const USER = "ACL SETUSER u on >pw ~read:* %W~write:* &news +@all -@dangerous +acl|whoami";
const SELECTOR = "(+set ~own:*)";

const LINES = [
  "SET read:a 1",
  "ACL SETUSER v on nopass -@all +get ~a",
  "AUTH u wrong",
  "AUTH u pw",
  "ACL WHOAMI",
  "GET read:a",
  "SET write:a 1",
  "GET write:a",
  "SET own:a 1",
  "GET other",
  "COPY read:a write:b",
  "COPY read:a other",
  "PUBLISH news hello",
  "PUBLISH olds hello",
  "KEYS *",
  "CONFIG GET maxmemory",
  "SORT read:a BY w_*",
  // A transaction is spoiled by what is refused when it is queued.
  "MULTI",
  "GET other",
  "EXEC",
  "MULTI",
  "SET own:a 2",
  "GET read:a",
  "EXEC",
  "AUTH v anything",
  "GET a",
  "GET b",
  "PING",
];

async function start(kind: Kind): Promise<DataServer> {
  return lab.dataServer(kind, { kind });
}

describeWithReal(["redis-server"], "users of a server, beside redis-server", () => {
  it("may the same, and are refused in the same words", async () => {
    const told = await Promise.all(
      (["redis", "vedette"] as const).map(async (kind) => {
        const client = connect(await start(kind));
        await client.command(...USER.split(" "), SELECTOR);
        return answers(client, LINES);
      }),
    );
    expect(told[1]).toEqual(told[0]);
  });

  it.each(["redis", "vedette"] as const)("lose what they may no longer (%s)", async (kind) => {
    const server = await start(kind);
    await server.command("ACL", "SETUSER", "u", "on", "nopass", "~*", "+@all");
    const [queueing, blocked] = [connect(server), connect(server)];
    for (const client of [queueing, blocked]) await client.command("AUTH", "u", "x");
    await queueing.command("MULTI");
    await queueing.command("SET", "k", "v");
    const popped = blocked.command("BLPOP", "l", "0").catch((error: unknown) => String(error));
    await lab.until({
      name: "a client that waits",
      look: async () => (await server.info("clients"))["blocked_clients"],
      holds: (count) => count === "1",
    });
    await server.command("ACL", "SETUSER", "u", "-set", "-blpop");
    expect(String(await queueing.command("EXEC").catch(String))).toContain("NOPERM");
    // Who waits already is served: Redis asks when the command comes.
    await server.command("RPUSH", "l", "v");
    expect(await popped).toEqual(["l", "v"]);
    await server.command("ACL", "DELUSER", "u");
    expect(await server.text("CLIENT", "LIST")).not.toContain(" user=u ");
  });
});

describePairs("a master with users", (pair) => {
  it("is followed by a replica that has a name and a password", async () => {
    const { master, replica } = await startPair(lab, pair, {
      replica: { masteruser: "follower", masterauth: "pw" },
      prepare: async (server) => {
        const rights = ["+psync", "+replconf", "+ping", "+sync"];
        await server.command("ACL", "SETUSER", "follower", "on", ">pw", ...rights);
      },
    });
    await master.command("SET", "k", "v");
    await untilInSync(lab, master, replica);
    // Its permission to follow is asked for when it comes again.
    await master.command("ACL", "SETUSER", "follower", "-psync", "-sync");
    await master.command("CLIENT", "KILL", "TYPE", "replica");
    await lab.until({
      name: "the link to be down",
      look: () => replica.info("replication"),
      holds: (info) => info["master_link_status"] === "down",
    });
    await master.command("ACL", "SETUSER", "follower", "+psync", "+sync");
    await master.command("SET", "k", "w");
    await untilInSync(lab, master, replica);
    expect(await replica.command("GET", "k")).toBe("w");
  });
});
