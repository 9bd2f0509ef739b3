import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Receiver, type ReceiverOptions } from "../../../src/shell/webhooks/attempt.ts";

const opened: { close: () => void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<number> {
  const server: Server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

function receiver(options: Partial<ReceiverOptions> = {}): Receiver {
  const made = new Receiver({ allowPrivate: true, ...options });
  opened.push(made);
  return made;
}

/** Answers as a name server: one list of addresses after the other, the last one for ever. */
function names(
  ...answers: readonly (readonly string[])[]
): Pick<Required<ReceiverOptions>, "lookUp"> {
  let asked = 0;
  const lookUp = (_: string, __: object, done: (...found: unknown[]) => void): void => {
    const found = answers[Math.min(asked++, answers.length - 1)] ?? [];
    done(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
  };
  return { lookUp: lookUp as unknown as Required<ReceiverOptions>["lookUp"] };
}

const what = { headers: { "x-test": "1" }, body: "{}" };

describe("one attempt to deliver", () => {
  it("posts the body and takes 2xx for an answer, on one connection for many", async () => {
    const seen: unknown[] = [];
    const ports = new Set<number | undefined>();
    const port = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      request.on("data", (chunk: Buffer) =>
        seen.push([request.method, request.url, String(chunk)]),
      );
      request.on("end", () => response.writeHead(202).end());
    });
    const one = receiver();
    const url = `http://127.0.0.1:${port}/hook?a=b`;
    expect(await one.attempt({ ...what, url })).toEqual({ kind: "delivered", status: 202 });
    expect(await one.attempt({ ...what, url })).toEqual({ kind: "delivered", status: 202 });
    expect(seen).toEqual([
      ["POST", "/hook?a=b", "{}"],
      ["POST", "/hook?a=b", "{}"],
    ]);
    expect(ports.size).toBe(1);
  });

  it("follows no redirect", async () => {
    let asked = 0;
    const port = await serve((_, response) => {
      asked++;
      response.writeHead(307, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
    });
    expect(await receiver().attempt({ ...what, url: `http://127.0.0.1:${port}/` })).toMatchObject({
      kind: "failed",
      reason: "status 307: redirects are not followed",
    });
    expect(asked).toBe(1);
  });

  it.each([
    [410, { kind: "gone", status: 410 }],
    [500, { kind: "failed", status: 500, reason: "status 500" }],
    [429, { kind: "failed", status: 429, retryAfter: "7" }],
  ])("knows what status %i means", async (status, expected) => {
    const port = await serve((_, response) =>
      response.writeHead(status, { "retry-after": "7" }).end(),
    );
    const outcome = await receiver().attempt({ ...what, url: `http://127.0.0.1:${port}/` });
    expect(outcome).toMatchObject(expected);
  });

  it("gives up on a receiver that does not answer in time", async () => {
    const port = await serve(() => undefined);
    const slow = receiver({ timeoutMs: 30 });
    expect(await slow.attempt({ ...what, url: `http://127.0.0.1:${port}/` })).toMatchObject({
      reason: "no answer within 30 ms",
    });
  });

  it("ends a connection whose answer does not end in time, and goes on with another", async () => {
    const dripping = new Set<number | undefined>();
    const port = await serve((request, response) => {
      dripping.add(request.socket.remotePort);
      response.writeHead(200);
      response.write("so far");
    });
    const one = receiver({ timeoutMs: 100 });
    const url = `http://127.0.0.1:${port}/`;
    expect(await one.attempt({ ...what, url })).toEqual({ kind: "delivered", status: 200 });
    // Waits for the connection, which may be given up just before this one's own time is.
    await one.attempt({ ...what, url });
    expect(await one.attempt({ ...what, url })).toEqual({ kind: "delivered", status: 200 });
    expect(dripping.size).toBeGreaterThan(1);
  });

  it("reads no endless answer", async () => {
    const port = await serve((_, response) => {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(16 * 1024), more);
      };
      more();
    });
    const outcome = await receiver().attempt({ ...what, url: `http://127.0.0.1:${port}/` });
    expect(outcome).toEqual({ kind: "delivered", status: 200 });
  });

  it.each(["http://127.0.0.1:1/", "http://[::1]:1/", "http://2130706433:1/", "http://0x7f.1:1/"])(
    "refuses the private address %s, however it is written",
    async (url) => {
      expect(await receiver({ allowPrivate: false }).attempt({ ...what, url })).toEqual({
        kind: "failed",
        reason: "a private address: allow-private yes allows it",
      });
    },
  );

  it("refuses a name one of whose addresses is private", async () => {
    const mixed = receiver({ allowPrivate: false, ...names(["1.1.1.1", "10.0.0.1"]) });
    expect(await mixed.attempt({ ...what, url: "http://hook.example/" })).toMatchObject({
      reason: "hook.example is a private address: allow-private yes allows it",
    });
  });

  it("is not led astray by a name that changes between judging and connecting", async () => {
    let reached = 0;
    const port = await serve((_, response) => {
      reached++;
      response.end();
    });
    // Public when it is judged (nobody answers there), the private server when it is asked once more.
    const lured = receiver({
      allowPrivate: false,
      timeoutMs: 200,
      ...names(["192.88.99.1"], ["127.0.0.1"]),
    });
    const url = `http://hook.example:${port}/`;
    expect(await lured.attempt({ ...what, url })).toMatchObject({ kind: "failed" });
    expect(await lured.attempt({ ...what, url })).toMatchObject({
      reason: "hook.example is a private address: allow-private yes allows it",
    });
    expect(reached).toBe(0);
  });
});
