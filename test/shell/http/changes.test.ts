import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { error } from "../../../src/resp/reply.ts";
import { ServedSentinel } from "./served-sentinel.ts";

const folder = mkdtempSync(join(tmpdir(), "vedette-http-"));
const tokenFile = join(folder, "token");
writeFileSync(tokenFile, "s3cret\n", { mode: 0o600 });
const TOKEN = { authorization: "Bearer s3cret" };
const FAILOVER = "/api/v1/masters/mymaster/failover";

const sentinel = new ServedSentinel();
Object.assign(sentinel.world.state.settings, { denyScriptsReconfig: false });

function serve({ hasToken = true } = {}): ServedSentinel {
  const file = hasToken ? tokenFile : "";
  sentinel.world.request("SENTINEL", "CONFIG", "SET", "http-token-file", file);
  sentinel.asked.length = 0;
  sentinel.scripted.clear();
  return sentinel;
}

afterAll(async () => {
  await sentinel.close();
  rmSync(folder, { recursive: true });
});

describe("a change over HTTP", () => {
  it.each([
    { url: FAILOVER, body: {}, words: "SENTINEL FAILOVER mymaster" },
    { url: FAILOVER, body: { force: true }, words: "SENTINEL FAILOVER mymaster FORCE" },
    {
      url: "/api/v1/masters/mymaster/switchover",
      body: { to: "10.0.0.2:6380", timeoutMs: 500 },
      words: "SENTINEL FAILOVER mymaster COORDINATED TO 10.0.0.2 6380 TIMEOUT 500",
    },
    {
      url: "/api/v1/masters/mymaster/switchover",
      body: { to: "[::1]:6380" },
      words: "SENTINEL FAILOVER mymaster COORDINATED TO ::1 6380",
    },
    {
      url: "/api/v1/masters/mymaster/switchover",
      body: { to: null },
      words: "SENTINEL FAILOVER mymaster COORDINATED",
    },
    {
      url: "/api/v1/masters/mymaster/pause",
      body: { forSeconds: 60, reason: "new disks" },
      words: "SENTINEL PAUSE mymaster SECONDS 60 REASON new disks",
    },
    { url: "/api/v1/masters/mymaster/resume", body: {}, words: "SENTINEL RESUME mymaster" },
    {
      url: "/api/v1/masters/mymaster/reset",
      body: { confirm: "mymaster" },
      words: "SENTINEL RESET mymaster",
    },
  ])("$words", async ({ url, body, words }) => {
    serve();
    sentinel.scripted.set(words, { kind: "simple", text: "OK" });
    const answer = await sentinel.post(url, { body, headers: TOKEN });
    expect(answer.json()).toEqual({ ok: true, message: "OK" });
    expect(sentinel.asked).toEqual([words]);
  });

  it("is the sentinel's to refuse, in its words", async () => {
    serve();
    sentinel.scripted.set(
      "SENTINEL FAILOVER mymaster",
      error("NOGOODSLAVE No suitable replica to promote"),
    );
    const answer = await sentinel.post(FAILOVER, { headers: TOKEN });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toEqual({
      error: "NOGOODSLAVE",
      message: "No suitable replica to promote",
      hint: null,
    });
  });

  it("is off while no token is configured, and tells how to turn it on", async () => {
    serve({ hasToken: false });
    const answer = await sentinel.post(FAILOVER, { headers: TOKEN });
    expect(answer.statusCode).toBe(403);
    const body = answer.json<{ error: string; hint: string }>();
    expect(body.error).toBe("CHANGES_OFF");
    expect(body.hint).toContain("vedette http-token-file");
    expect(sentinel.asked).toEqual([]);
  });

  it.each([
    { name: "no token", headers: {}, status: 401 },
    { name: "another token", headers: { authorization: "Bearer s3cres" }, status: 401 },
    { name: "a longer token", headers: { authorization: "Bearer s3cret2" }, status: 401 },
    { name: "an empty token", headers: { authorization: "Bearer " }, status: 401 },
    { name: "another scheme", headers: { authorization: "Basic s3cret" }, status: 401 },
    {
      name: "a form of another site",
      headers: { ...TOKEN, "content-type": "application/x-www-form-urlencoded" },
      status: 415,
    },
    { name: "plain text", headers: { ...TOKEN, "content-type": "text/plain" }, status: 415 },
    { name: "another origin", headers: { ...TOKEN, origin: "https://evil.example" }, status: 403 },
    { name: "the origin null", headers: { ...TOKEN, origin: "null" }, status: 403 },
    {
      name: "a cross-site fetch",
      headers: { ...TOKEN, "sec-fetch-site": "cross-site" },
      status: 403,
    },
    {
      name: "a name that was pointed here",
      headers: { ...TOKEN, host: "evil.example" },
      status: 403,
    },
  ])("is refused with $name", async ({ headers, status }) => {
    serve();
    const answer = await sentinel.post(FAILOVER, { headers });
    expect(answer.statusCode).toBe(status);
    expect(sentinel.asked).toEqual([]);
  });

  it("tells nobody without the token which masters there are", async () => {
    serve();
    const known = await sentinel.post(FAILOVER, {});
    const unknown = await sentinel.post("/api/v1/masters/nobody/failover", {});
    expect(known.statusCode).toBe(401);
    expect(unknown.body).toBe(known.body);
  });

  it.each([
    { url: FAILOVER, body: { force: "perhaps" }, message: "body/force must be boolean,null" },
    { url: FAILOVER, body: { forse: true }, message: "body must NOT have additional properties" },
    { url: FAILOVER, body: "{", message: /JSON/ },
    { url: FAILOVER, body: '{"__proto__":{}}', message: /not valid JSON/ },
    { url: FAILOVER, body: "[]", message: "body must be object" },
    {
      url: "/api/v1/masters/mymaster/switchover",
      body: { to: "10.0.0.2" },
      message: 'body/to must be host:port, not "10.0.0.2"',
    },
    {
      url: "/api/v1/masters/mymaster/switchover",
      body: { timeoutMs: 0 },
      message: "body/timeoutMs must be >= 1",
    },
    {
      url: "/api/v1/masters/mymaster/reset",
      body: {},
      message: /body\/confirm must be the master's name/,
    },
  ])("refuses $body with what was expected", async ({ url, body, message }) => {
    serve();
    const answer = await sentinel.post(url, { body, headers: TOKEN });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ message: string }>().message).toMatch(message);
    expect(sentinel.asked).toEqual([]);
  });

  it("refuses a body over 16 kB", async () => {
    const body = { reason: "x".repeat(17_000) };
    const answer = await serve().post("/api/v1/masters/mymaster/pause", { body, headers: TOKEN });
    expect(answer.statusCode).toBe(413);
  });

  it("takes a new token at once", async () => {
    serve();
    writeFileSync(tokenFile, "rotated\n");
    sentinel.scripted.set("SENTINEL FAILOVER mymaster", { kind: "simple", text: "OK" });
    const headers = { authorization: "Bearer rotated" };
    expect((await sentinel.post(FAILOVER, { headers })).statusCode).toBe(200);
    expect((await sentinel.post(FAILOVER, { headers: TOKEN })).statusCode).toBe(401);
    writeFileSync(tokenFile, "s3cret\n");
  });
});

describe("every answer", () => {
  it("tells browsers to trust nothing else", async () => {
    for (const url of ["/api/v1/masters", "/nothing", "/metrics"]) {
      const { headers } = await serve().get(url);
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("is refused to who asks more often than the setting allows", async () => {
    serve();
    sentinel.world.request("SENTINEL", "CONFIG", "SET", "http-rate-limit", "2");
    const codes = [];
    for (let n = 0; n < 3; n++) codes.push((await sentinel.get("/health/live")).statusCode);
    expect(codes).toEqual([200, 200, 429]);
    sentinel.world.pass(1000);
    expect((await sentinel.get("/health/live")).statusCode).toBe(200);
  });
});
