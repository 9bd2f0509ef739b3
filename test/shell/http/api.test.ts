import { afterAll, describe, expect, it } from "vitest";
import { ServedSentinel } from "./served-sentinel.ts";
import { masterInfo, REPLICA_1, REPLICA_2 } from "../../sentinel/watched-master.ts";

const served: ServedSentinel[] = [];

function serve(...options: ConstructorParameters<typeof ServedSentinel>): ServedSentinel {
  const sentinel = new ServedSentinel(...options);
  served.push(sentinel);
  return sentinel;
}

/** For tests that change nothing: to make one takes a while. */
let calm: ServedSentinel | undefined;

function calmSentinel(): ServedSentinel {
  calm ??= serve();
  return calm;
}

afterAll(async () => {
  await Promise.all(served.splice(0).map((sentinel) => sentinel.close()));
});

describe("what is read over HTTP", () => {
  it("lists masters, a little about each", async () => {
    const sentinel = serve();
    expect(await sentinel.getJson("/api/v1/masters")).toEqual({
      version: sentinel.feed.lastId,
      total: 1,
      masters: [
        {
          name: "mymaster",
          state: "ok",
          address: "10.0.0.2:6379",
          replicas: { ok: 2, total: 2 },
          sentinels: { ok: 3, total: 3 },
          quorum: { needed: 2, majority: 2, ok: true },
          failoverReady: true,
          paused: false,
          failover: "none",
          configEpoch: 4,
          version: 1,
        },
      ],
    });
  });

  it.each([
    { query: "changedSince=1", count: 0 },
    { query: "changedSince=0", count: 1 },
    { query: "name=MYM", count: 1 },
    { query: "name=other", count: 0 },
    { query: "state=odown", count: 0 },
    { query: "state=ok&limit=1", count: 1 },
    { query: "offset=1", count: 0 },
  ])("lists $count masters for $query", async ({ query, count }) => {
    const { masters } = await calmSentinel().getJson(`/api/v1/masters?${query}`);
    expect(masters).toHaveLength(count);
  });

  it("tells a master's version by the events about it", async () => {
    const sentinel = serve();
    sentinel.world.loseMaster();
    sentinel.tell();
    const { masters } = await sentinel.getJson("/api/v1/masters?changedSince=1");
    expect(masters).toMatchObject([{ state: "sdown", version: sentinel.feed.lastId }]);
  });

  it("tells everything about one master", async () => {
    const sentinel = serve();
    sentinel.world.info(sentinel.world.master, [
      ...masterInfo([REPLICA_1, REPLICA_2]),
      "redis_version:7.0.15",
      "connected_clients:42",
      "used_memory:1048576",
      "master_repl_offset:1056",
    ]);
    const details = await sentinel.getJson("/api/v1/masters/mymaster");
    expect(details).toMatchObject({
      name: "mymaster",
      state: "ok",
      paused: null,
      master: { serverVersion: "7.0.15", clients: 42, usedMemoryBytes: 1048576, offset: 1056 },
      quorum: { needed: 2, majority: 2, voters: 3, up: 3, ok: true, spare: 1 },
      ifMasterDied: { promoted: "10.0.0.2:6380", blockedBy: [] },
      failover: { phase: "none", epoch: null },
      receipts: [],
    });
    expect(details["replicas"]).toMatchObject([
      {
        address: "10.0.0.2:6380",
        lagBytes: 56,
        promotable: true,
        whyNot: null,
        follows: "10.0.0.2:6379",
      },
      { address: "10.0.0.2:6381" },
    ]);
    expect(details["sentinels"]).toMatchObject([
      { self: true, version: "1.2.3" },
      { self: false, link: "up", version: null },
      { self: false },
    ]);
  });

  it("tells why nobody would be promoted", async () => {
    const sentinel = serve();
    for (const replica of sentinel.world.master.replicas.values()) replica.priority = 0;
    for (const peer of sentinel.world.master.sentinels.values()) peer.sdown.down = true;
    const details = await sentinel.getJson("/api/v1/masters/mymaster");
    expect(details).toMatchObject({
      quorum: { ok: false, spare: -1 },
      ifMasterDied: {
        promoted: null,
        blockedBy: [
          "no quorum: 1 sentinels are up, 2 have to agree",
          "no candidate: no replica is eligible",
        ],
      },
    });
    expect(details["replicas"]).toMatchObject([{ whyNot: "its priority is 0" }, {}]);
  });

  it("shows no secret of the configuration", async () => {
    const sentinel = serve();
    sentinel.world.master.settings.authPass = "swordfish";
    sentinel.world.master.settings.renamedCommands.set("config", "shibboleth");
    sentinel.world.state.settings.sentinelPass = "opensesame";
    Object.assign(sentinel.world.state.settings, { denyScriptsReconfig: false });
    const hook = "pager https://example.com/T0/mellon?key=mellon format slack";
    sentinel.world.request("SENTINEL", "CONFIG", "SET", "webhook", hook);
    const answer = await sentinel.get("/api/v1/configuration");
    expect(answer.body).not.toMatch(/swordfish|opensesame|shibboleth|mellon/);
    expect(answer.json()).toMatchObject({
      file: "/etc/sentinel.conf",
      global: {
        "sentinel-pass": "(set)",
        requirepass: "(not set)",
        webhook: ["pager https://example.com"],
      },
      masters: { mymaster: { quorum: 2, "auth-pass": "(set)", "rename-command": ["config"] } },
    });
  });

  it("pages through events, and says when some are missing", async () => {
    const sentinel = serve({ keptEvents: 5 });
    sentinel.world.startElection();
    sentinel.tell();
    const last = String((await sentinel.getJson("/api/v1/sentinel"))["lastEvent"]);
    const count = sentinel.feed.lastId;
    const before = last.replace(/\d+$/, String(count - 2));
    const page = await sentinel.getJson(`/api/v1/events?since=${before}&limit=1`);
    expect(page).toMatchObject({ missed: false, last: last.replace(/\d+$/, String(count - 1)) });
    expect(page["events"]).toHaveLength(1);
    expect(await sentinel.getJson("/api/v1/events?limit=1&newest=true")).toMatchObject({
      events: [{ id: last }],
      last,
    });
    expect(await sentinel.getJson("/api/v1/events?since=other-3")).toMatchObject({ missed: true });
    expect(
      await sentinel.getJson(`/api/v1/events?since=${last.replace(/\d+$/, "0")}`),
    ).toMatchObject({
      missed: true,
      last,
    });
    expect(await sentinel.getJson(`/api/v1/events?since=${last}`)).toEqual({
      events: [],
      last,
      missed: false,
    });
  });

  it("checks whether a failover could be made", async () => {
    const sentinel = serve();
    for (const peer of sentinel.world.master.sentinels.values()) peer.sdown.down = true;
    sentinel.scripted.set("SENTINEL CONFIRM mymaster", {
      kind: "error",
      text: "ERR not now",
    });
    const answer = await sentinel.get("/api/v1/masters/mymaster/check");
    expect(answer.statusCode).toBe(409);
  });

  it.each([
    { url: "/api/v1/masters/nobody", status: 404 },
    { url: "/api/v1/masters/nobody/replicas", status: 404 },
    { url: "/api/v1/masters?limit=0", status: 400 },
    { url: "/api/v1/masters?state=bad", status: 400 },
    { url: "/api/v1/masters?colour=red", status: 400 },
    { url: "/api/v1/events?limit=501", status: 400 },
    { url: "/api/v1/history?limit=x", status: 400 },
    { url: "/%00", status: 404 },
    { url: "/api/v2", status: 404 },
  ])("answers $status to $url, and says why", async ({ url, status }) => {
    const answer = await calmSentinel().get(url);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toMatch(/^{"error":"[A-Z_]+","message":"[^"]+","hint":/);
  });

  it("is ready when it has heard of every master, alive always", async () => {
    const sentinel = serve();
    expect((await sentinel.get("/health/ready")).statusCode).toBe(200);
    sentinel.world.master.reported.infoAt = undefined;
    const answer = await sentinel.get("/health/ready");
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ ok: false, reason: "nothing is known of mymaster yet" });
    expect((await sentinel.get("/health/live")).statusCode).toBe(200);
  });
});

describe("the OpenAPI document", () => {
  it("has every route that is served, with the token where it is needed", async () => {
    const sentinel = calmSentinel();
    const document = await sentinel.getJson("/api/v1/openapi.json");
    const paths = document["paths"] as Record<string, Record<string, { security?: unknown }>>;
    const inTable = sentinel.app.routes.map(
      ({ method, url }) => `${method} ${url.replaceAll(/:([a-z]+)/g, "{$1}")}`,
    );
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.toSorted()).toEqual(inTable.toSorted());
    for (const [path, operations] of Object.entries(paths)) {
      expect([path, operations["post"]?.security !== undefined]).toEqual([
        path,
        operations["post"] !== undefined,
      ]);
    }
  });

  it("describes the answers that are given", async () => {
    const sentinel = calmSentinel();
    await sentinel.app.fastify.ready();
    const answers = sentinel.app.routes.filter(
      ({ method, url, tag }) =>
        method === "GET" && !/stream|history|metrics|check/.test(url) && tag !== "load balancers",
    );
    for (const { url, answers: described } of answers) {
      const answer = await sentinel.get(url.replace(":name", "mymaster"));
      const schema = described[200]?.schema;
      const validate = sentinel.app.fastify.validatorCompiler?.({
        schema,
        method: "GET",
        url,
        httpPart: "body",
      } as never);
      expect([url, validate?.(answer.json())]).toEqual([url, true]);
    }
    expect(answers.length).toBeGreaterThan(7);
  });
});
