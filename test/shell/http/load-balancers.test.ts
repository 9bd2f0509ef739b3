import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { parseLag } from "../../../src/shell/http/load-balancer.ts";
import { bulk, array, error, integer, map } from "../../../src/resp/reply.ts";
import { ServedSentinel } from "./served-sentinel.ts";

const sentinel = new ServedSentinel();

/** What CONFIRM answers. */
function confirms(
  says: {
    readonly confirmed?: boolean;
    readonly majority?: boolean;
    readonly reason?: string;
    readonly host?: string;
    readonly replicas?: readonly { port: number; reason?: string; lag?: number }[];
  } = {},
): void {
  const replicas = (says.replicas ?? []).map(({ port, reason = "", lag = 0 }) =>
    map([
      ["ip", bulk("10.0.0.2")],
      ["port", bulk(port)],
      ["healthy", bulk(reason === "" ? "yes" : "no")],
      ["reason", bulk(reason)],
      ["downtime", bulk("no")],
      ["link", bulk("up")],
      ["lag", integer(lag)],
    ]),
  );
  const reply = map([
    ["name", bulk("mymaster")],
    ["ip", bulk(says.host ?? "10.0.0.2")],
    ["port", bulk(6379)],
    ["config-epoch", integer(4)],
    ["confirmed", bulk((says.confirmed ?? true) ? "yes" : "no")],
    ["reason", bulk(says.reason ?? "")],
    ["majority", bulk((says.majority ?? true) ? "yes" : "no")],
    ["sentinels", integer(3)],
    ["needed", integer(2)],
    ["behind", integer(2)],
    ["replicas", array(replicas)],
  ]);
  sentinel.scripted.set("SENTINEL CONFIRM mymaster", reply);
  sentinel.scripted.set("SENTINEL CONFIRM mymaster ALL", reply);
}

beforeEach(() => confirms());
afterAll(() => sentinel.close());

const UNCONFIRMED = { confirmed: false, reason: "the server did not answer INFO in time" };
const MINORITY = {
  confirmed: false,
  majority: false,
  reason: "1 of 3 sentinels stand behind it, 2 are needed",
  replicas: [{ port: 6380 }],
};
const TWO = {
  replicas: [
    { port: 6380, lag: 2000 },
    { port: 6381, reason: "it is loading its data" },
  ],
};

describe("health for load balancers", () => {
  it.each([
    { url: "/master/mymaster", says: {}, status: 200 },
    { url: "/master/mymaster/10.0.0.2:6379", says: {}, status: 200 },
    { url: "/master/mymaster/10.0.0.2:6380", says: {}, status: 503 },
    { url: "/master/mymaster/[::1]:6379", says: { host: "::1" }, status: 200 },
    { url: "/master/mymaster/[0:0::1]:6379", says: { host: "::1" }, status: 200 },
    { url: "/master/mymaster/10.0.0.2:6379", says: UNCONFIRMED, status: 503 },
    { url: "/master/mymaster/10.0.0.2:6379", says: MINORITY, status: 503 },
    { url: "/replica/mymaster", says: TWO, status: 200 },
    { url: "/replica/mymaster", says: {}, status: 503 },
    { url: "/replica/mymaster/10.0.0.2:6380", says: TWO, status: 200 },
    { url: "/replica/mymaster/10.0.0.2:6380", says: { ...TWO, ...UNCONFIRMED }, status: 200 },
    { url: "/replica/mymaster/10.0.0.2:6380", says: MINORITY, status: 503 },
    { url: "/replica/mymaster/10.0.0.2:6381", says: TWO, status: 503 },
    { url: "/replica/mymaster/10.0.0.2:6379", says: TWO, status: 503 },
    { url: "/replica/mymaster/10.0.0.2:6380?lag=2kB", says: TWO, status: 200 },
    { url: "/replica/mymaster/10.0.0.2:6380?lag=1kB", says: TWO, status: 503 },
    {
      url: "/replica/mymaster/10.0.0.2:6380?lag=10MB",
      says: { replicas: [{ port: 6380, lag: -1 }] },
      status: 503,
    },
    { url: "/read-only/mymaster/10.0.0.2:6379", says: TWO, status: 200 },
    { url: "/read-only/mymaster/10.0.0.2:6380", says: TWO, status: 200 },
    { url: "/read-only/mymaster/10.0.0.2:6381", says: TWO, status: 503 },
    { url: "/read-only/mymaster/10.0.0.2:6382", says: TWO, status: 503 },
    { url: "/quorum/mymaster", says: UNCONFIRMED, status: 200 },
    { url: "/quorum/mymaster", says: MINORITY, status: 503 },
    { url: "/failover-ready/mymaster", says: {}, status: 200 },
    { url: "/failover-ready/mymaster", says: MINORITY, status: 503 },
  ])("$url is $status when $says", async ({ url, says, status }) => {
    confirms(says);
    const answer = await sentinel.get(url);
    expect(answer.statusCode).toBe(status);
    const body = answer.json<{ ok: boolean; reason: string | null }>();
    expect(body.ok).toBe(status === 200);
    expect(typeof body.reason).toBe(status === 200 ? "object" : "string");
  });

  it("answers HEAD and OPTIONS with the code alone", async () => {
    for (const [says, status] of [
      [{}, 200],
      [UNCONFIRMED, 503],
    ] as const) {
      confirms(says);
      for (const method of ["HEAD", "OPTIONS"] as const) {
        const headers = { host: "127.0.0.1" };
        const answer = await sentinel.app.fastify.inject({
          method,
          url: "/master/mymaster",
          headers,
        });
        expect([method, answer.statusCode, answer.body]).toEqual([method, status, ""]);
      }
    }
  });

  it.each([
    { url: "/master/nobody", status: 404 },
    { url: "/master/mymaster/10.0.0.2", status: 400 },
    { url: "/master/mymaster/::1:6379", status: 400 },
    { url: "/master/mymaster/10.0.0.2:0", status: 400 },
    { url: "/replica/mymaster?lag=ten", status: 400 },
    { url: "/replica/mymaster?lag=-1", status: 400 },
    { url: "/master/mymaster?lag=10MB", status: 400 },
  ])("answers $status to $url", async ({ url, status }) => {
    expect((await sentinel.get(url)).statusCode).toBe(status);
  });

  it("is not ready for a failover without a candidate, in a pause, or during one", async () => {
    sentinel.world.request("SENTINEL", "PAUSE", "mymaster", "SECONDS", "60");
    const answer = await sentinel.get("/failover-ready/mymaster");
    expect(answer.statusCode).toBe(503);
    expect(answer.json<{ reason: string }>().reason).toContain("paused until");
  });

  it("says no where the sentinel cannot answer", async () => {
    sentinel.scripted.set("SENTINEL CONFIRM mymaster", error("ERR Failed to save config file."));
    expect((await sentinel.get("/master/mymaster")).statusCode).toBe(409);
  });

  it.each([
    ["0", 0],
    ["1000", 1000],
    ["1kB", 1024],
    ["10MB", 10_485_760],
    ["1 gib", 1_073_741_824],
    ["2TB", 2_199_023_255_552],
    ["MB", undefined],
    ["1.5MB", undefined],
    ["10XB", undefined],
  ])("reads a lag of %s", (text, bytes) => {
    expect(parseLag(text)).toBe(bytes);
  });
});
