import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { hubHeader, signingKey, standardHeaders } from "../../../src/shell/webhooks/signature.ts";

const NEW = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const OLD = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;

describe("the signature of a notice", () => {
  const body = JSON.stringify({ type: "master.odown", data: { master: "größe" } });
  const atSeconds = Math.floor(Date.now() / 1000);

  it.each([
    ["the new secret", NEW],
    ["the old one", OLD],
  ])("is accepted by the library of Standard Webhooks with %s", (_, secret) => {
    const headers = standardHeaders({ id: "msg_1", body, atSeconds }, [NEW, OLD]);
    expect(new Webhook(secret).verify(body, { ...headers })).toEqual(JSON.parse(body));
  });

  it.each([
    ["another body", { body: `${body} `, id: "msg_1", at: atSeconds }],
    ["another id", { body, id: "msg_2", at: atSeconds }],
    ["another time", { body, id: "msg_1", at: atSeconds - 1 }],
  ])("is refused by it with %s", (_, { body: read, id, at }) => {
    const headers = {
      ...standardHeaders({ id: "msg_1", body, atSeconds }, [NEW]),
      "webhook-id": id,
      "webhook-timestamp": String(at),
    };
    expect(() => new Webhook(NEW).verify(read, headers)).toThrow("No matching signature found");
  });

  it("is what GitHub's receivers check, when that is wanted", () => {
    const digest = createHmac("sha256", "a secret").update(body).digest("hex");
    expect(hubHeader(body, "a secret")).toEqual({ "x-hub-signature-256": `sha256=${digest}` });
  });

  it.each([
    ["hunter2", "expected whsec_ and base64"],
    ["whsec_***", "expected whsec_ and base64"],
    ["whsec_QUJD", "expected base64 of 24 to 64 bytes, found 3"],
  ])("is not made with the secret %s, which no message repeats", (secret, message) => {
    expect(() => signingKey(secret)).toThrow(message);
    expect(message).not.toContain("hunter2");
  });
});
