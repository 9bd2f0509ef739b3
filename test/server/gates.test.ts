import { describe, expect, it } from "vitest";
import { pauseClients, unpauseClients } from "../../src/server/pause.ts";
import type { Settings } from "../../src/server/settings.ts";
import { TestServer } from "./test-server.ts";

/** A server in one unusual state, and how it answers commands then (server spec §6.1). */
interface Case {
  readonly settings?: Partial<Settings>;
  readonly prepare: (server: TestServer) => void;
  readonly answers: Readonly<Record<string, RegExp>>;
}

function follow(server: TestServer): void {
  server.connect().line("REPLICAOF master 6379");
}

function failToSave(server: TestServer): void {
  server.connect().line("BGSAVE");
  const run = server.effects.find((effect) => effect.kind === "run-snapshot");
  if (run?.kind !== "run-snapshot") throw new Error("no snapshot was begun");
  server.deliver({ kind: "snapshot-failed", snapshot: run.snapshot, reason: "disk full" });
}

const CASES: Readonly<Record<string, Case>> = {
  "a read-only replica": {
    prepare: follow,
    answers: {
      "SET k v": /^-READONLY You can't write against a read only replica\.\r\n$/,
      "GET k": /^\$-1/,
      "PUBLISH c m": /^:/,
      PING: /^\+PONG/,
      FLUSHALL: /^-READONLY/,
      "REPLICAOF NO ONE": /^\+OK/,
    },
  },
  "a writable replica": {
    settings: { replicaReadOnly: false },
    prepare: follow,
    answers: { "SET k v": /^\+OK/ },
  },
  "a replica that must not serve old data": {
    settings: { replicaServeStaleData: false },
    prepare: follow,
    answers: {
      "GET k": /^-MASTERDOWN Link with MASTER is down/,
      "SET k v": /^-READONLY/,
      PING: /^-MASTERDOWN/,
      "PSYNC ? -1": /^-MASTERDOWN/,
      INFO: /^\$/,
      ROLE: /^\*5/,
      "REPLICAOF NO ONE": /^\+OK/,
    },
  },
  "a server that loads": {
    prepare: (server) => server.deliver({ kind: "started", replicaOf: undefined }),
    answers: {
      "GET k": /^-LOADING Redis is loading the dataset in memory\r\n$/,
      "SET k v": /^-LOADING/,
      PING: /^-LOADING/,
      INFO: /loading:1\r\n/,
      "REPLCONF capa eof": /^\+OK/,
      "CONFIG GET port": /^\+CONFIG/,
      "SELECT 1": /^\+OK/,
    },
  },
  "a server that could not save": {
    settings: { savePoints: [{ seconds: 3600, changes: 1 }] },
    prepare: failToSave,
    answers: {
      "SET k v": /^-MISCONF /,
      PING: /^-MISCONF /,
      "GET k": /^\$-1/,
      INFO: /rdb_last_bgsave_status:err\r\n/,
    },
  },
  "a server that could not save, and need not": {
    settings: { stopWritesOnBgsaveError: false, savePoints: [{ seconds: 3600, changes: 1 }] },
    prepare: failToSave,
    answers: { "SET k v": /^\+OK/, PING: /^\+PONG/ },
  },
  "a master short of replicas": {
    settings: { minReplicasToWrite: 1 },
    prepare: (server) => server.pass(1000),
    answers: {
      "SET k v": /^-NOREPLICAS Not enough good replicas to write\.\r\n$/,
      "GET k": /^\$-1/,
      INFO: /min_slaves_good_slaves:0\r\n/,
    },
  },
};

describe("what a server answers in unusual times", () => {
  it.each(
    Object.entries(CASES).flatMap(([name, one]) =>
      Object.entries(one.answers).map(([line, answer]) => [name, line, one, answer] as const),
    ),
  )("%s, to %s", (_, line, { settings, prepare }, answer) => {
    const server = new TestServer(settings);
    prepare(server);
    expect(server.connect().line(line)).toMatch(answer);
  });

  it("asks for a password before anything else, but not for an unknown command's name", () => {
    const server = new TestServer();
    const client = server.connect();
    client.connection.authenticated = false;
    expect(client.line("GET k")).toBe("-NOAUTH Authentication required.\r\n");
    expect(client.line("GET")).toContain("wrong number of arguments");
    expect(client.line("NOTHING")).toContain("unknown command");
    expect(client.line("AUTH pw")).toBe("+SESSION\r\n");
  });

  it("lets subscribers of RESP2 do little else", () => {
    const client = new TestServer().connect();
    client.connection.subscriptions = 1;
    expect(client.line("GET k")).toBe(
      "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n",
    );
    expect(client.line("PING")).toBe("*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  });

  it("refuses EXEC for what it would have done, and says why", () => {
    const server = new TestServer();
    const client = server.connect();
    client.line("MULTI");
    client.line("SET k v");
    follow(server);
    expect(client.line("EXEC")).toBe(
      "-EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica.\r\n",
    );
    expect(client.line("EXEC")).toBe("-ERR EXEC without MULTI\r\n");
  });
});

describe("a pause", () => {
  it("lets writes wait, and what contains them, until its end", () => {
    const server = new TestServer();
    const other = server.connect();
    other.line("MULTI");
    other.line("SET k v");
    pauseClients(server.state, { durationMs: 1000, scope: "write" });
    const client = server.connect();
    expect(client.line("GET k")).toBe("$-1\r\n");
    expect(client.line("SET k v")).toBe("");
    expect(client.client.wait).toMatchObject({ kind: "pause" });
    expect(other.line("EXEC")).toBe("");
    server.pass(1100);
    const resumed = server.effects.filter((effect) => effect.kind === "resume-client");
    expect(resumed.length).toBe(2);
  });

  it("for everybody wins over one for writers, and a longer over a shorter one", () => {
    const server = new TestServer();
    pauseClients(server.state, { durationMs: 1000, scope: "all" });
    pauseClients(server.state, { durationMs: 500, scope: "write" });
    server.pass(600);
    expect(server.connect().line("GET k")).toBe("");
    unpauseClients(server.state);
    expect(server.connect().line("GET k")).toBe("$-1\r\n");
  });

  it("lets nothing expire", () => {
    const server = new TestServer();
    const client = server.connect();
    client.line("SET k v PX 100");
    pauseClients(server.state, { durationMs: 1000, scope: "write" });
    server.pass(500);
    expect(client.line("GET k")).toBe("$-1\r\n");
    expect(client.line("DBSIZE")).toBe(":1\r\n");
  });
});

describe("EXEC", () => {
  it("is refused where any of its commands would be", () => {
    const server = new TestServer({ replicaServeStaleData: false });
    const client = server.connect();
    client.line("MULTI");
    client.line("GET a");
    server.connect().line("REPLICAOF 127.0.0.1 1");
    expect(client.line("EXEC")).toContain(
      "-EXECABORT Transaction discarded because of: MASTERDOWN",
    );
  });

  it("does not take for a change that a key is removed which was watched past its time", () => {
    const server = new TestServer();
    const client = server.connect();
    client.line("DEBUG SET-ACTIVE-EXPIRE 0");
    for (const end of ["DEL a", "FLUSHDB", "SWAPDB 0 1"]) {
      client.line("SET a 1 PX 1");
      server.pass(10);
      client.line("WATCH a");
      client.line(end);
      client.line("MULTI");
      expect(client.line("EXEC")).toBe("*0\r\n");
    }
  });
});
