import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAgentCheck } from "../../../src/shell/http/agent-check.ts";
import { array, bulk, integer, map } from "../../../src/resp/reply.ts";
import { ServedSentinel } from "./served-sentinel.ts";

const sentinel = new ServedSentinel();
const server = createAgentCheck(sentinel.source);

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.close();
  await sentinel.close();
});

function confirms({ downtime = "no" }: { readonly downtime?: "yes" | "no" } = {}): void {
  const isUp = downtime === "no";
  const replica = map([
    ["ip", bulk("10.0.0.2")],
    ["port", bulk(6380)],
    ["healthy", bulk(isUp ? "yes" : "no")],
    ["reason", bulk(isUp ? "" : "it is in downtime")],
    ["downtime", bulk(downtime)],
    ["link", bulk("up")],
    ["lag", integer(2000)],
  ]);
  const reply = map([
    ["ip", bulk("10.0.0.2")],
    ["port", bulk(6379)],
    ["config-epoch", integer(4)],
    ["confirmed", bulk("yes")],
    ["reason", bulk("")],
    ["majority", bulk("yes")],
    ["sentinels", integer(3)],
    ["needed", integer(2)],
    ["behind", integer(3)],
    ["replicas", array([replica])],
  ]);
  sentinel.scripted.set("SENTINEL CONFIRM mymaster", reply);
  sentinel.scripted.set("SENTINEL CONFIRM mymaster ALL", reply);
}

/** All that is answered to what is sent, up to the end of the connection. */
async function ask(...parts: readonly string[]): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8");
  let text = "";
  socket.on("data", (chunk: string) => (text += chunk));
  socket.on("error", () => undefined);
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return text;
}

describe("the agent check", () => {
  it.each([
    { asked: "master mymaster 10.0.0.2:6379", answer: "up" },
    { asked: "master mymaster", answer: "up" },
    { asked: "master mymaster 10.0.0.2:6380", answer: "down #the master is 10.0.0.2:6379" },
    { asked: "replica mymaster 10.0.0.2:6380", answer: "up" },
    { asked: "replica mymaster 10.0.0.2:6380 lag=10MB\r", answer: "up" },
    {
      asked: "replica mymaster 10.0.0.2:6380 lag=1kB",
      answer: "down #it lacks 2000 bytes, 1024 are allowed",
    },
    { asked: "master nobody 10.0.0.2:6379", answer: "down #there is no master of that name" },
    { asked: "GET / HTTP/1.1", answer: /^down #send: master\|replica/ },
    { asked: "master mymaster 10.0.0.2", answer: /^down #send: master\|replica/ },
    { asked: "master mymaster a:1 b:2 c:3", answer: /^down #send: / },
    { asked: "", answer: /^down #send: / },
  ])("answers $answer to '$asked'", async ({ asked, answer }) => {
    confirms();
    expect((await ask(`${asked}\n`)).trimEnd()).toMatch(
      typeof answer === "string"
        ? new RegExp(`^${answer.replaceAll(/[.|]/g, String.raw`\$&`)}$`)
        : answer,
    );
  });

  it("takes a line in pieces", async () => {
    confirms();
    expect(await ask("master mym", "aster\n")).toBe("up\n");
  });

  it("leaves who sends no end of line", async () => {
    expect(await ask("x".repeat(5000))).toBe("");
  });

  it("leaves who sends a long line, its end included", async () => {
    confirms();
    expect(await ask(`master mymaster${" ".repeat(5000)}\n`)).toBe("");
  });

  it("says the same of a replica in downtime, and of its end, to everybody who asks", async () => {
    const line = "replica mymaster 10.0.0.2:6380\n";
    confirms({ downtime: "yes" });
    expect([await ask(line), await ask(line)]).toEqual([
      "down #it is in downtime\n",
      "down #it is in downtime\n",
    ]);
    confirms();
    expect([await ask(line), await ask(line)]).toEqual(["up\n", "up\n"]);
  });

  it("outlives a connection that could not be accepted", async () => {
    confirms();
    server.emit("error", new Error("accept EMFILE"));
    sentinel.app.fastify.server.emit("error", new Error("accept EMFILE"));
    expect(await ask("master mymaster\n")).toBe("up\n");
  });
});
