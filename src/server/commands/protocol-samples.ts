import type { Reply } from "../../resp/reply.ts";
import { array, bulk, integer } from "../../resp/reply.ts";
import type { Client } from "../client.ts";
import { replyError } from "../reply.ts";

const ZERO_TO_TWO = [integer(0), integer(1), integer(2)];

const SAMPLES: ReadonlyMap<string, Reply> = new Map<string, Reply>([
  ["string", bulk("Hello World")],
  ["integer", integer(12345)],
  ["double", { kind: "double", value: 3141 / 1000 }],
  ["null", { kind: "null" }],
  ["array", array(ZERO_TO_TWO)],
  ["set", { kind: "set", items: ZERO_TO_TWO }],
  ["verbatim", { kind: "verbatim", format: "txt", bytes: "This is a verbatim\nstring" }],
  ["true", { kind: "boolean", value: true }],
  ["false", { kind: "boolean", value: false }],
  ["bignum", { kind: "big-number", digits: "1234567999999999999999999999999999999" }],
]);

/** DEBUG PROTOCOL: one reply of the kind, for tests of clients. @returns whether there is one */
export function replySample(client: Client, kind: string): boolean {
  const { reply } = client;
  switch (kind) {
    case "map":
      reply.map(3);
      for (const key of [0, 1, 2]) {
        reply.integer(key);
        reply.boolean(key === 1);
      }
      return true;
    case "attrib":
      // RESP2 has no attributes: the reply comes without.
      if (reply.protocol === 3) {
        reply.attribute(1);
        reply.reply(bulk("key-popularity"));
        reply.reply(array([bulk("key:123"), integer(90)]));
      }
      reply.bulk("Some real reply following the attribute");
      return true;
    case "push":
      if (reply.protocol === 2) replyError(client, "ERR RESP2 is not supported by this command");
      else reply.reply({ kind: "push", items: [bulk("server-cpu-usage"), integer(42)] });
      return true;
    default: {
      const sample = SAMPLES.get(kind);
      if (sample !== undefined) reply.reply(sample);
      return sample !== undefined;
    }
  }
}
