import { describe, expect, it } from "vitest";
import { PLAIN } from "../../../src/cli/paint.ts";
import { topologyLines } from "../../../src/cli/topology/report.ts";
import { ALL_WELL, aView, groupOf, runIdOf } from "./a-set.ts";

describe("the topology as a tree", () => {
  it("puts replicas below whom they follow, and sentinels with what they see", () => {
    const group = groupOf(
      [26379, 26380].map((port) =>
        aView(port, {
          replicas: { 7002: { "master-port": "7001", "slave-repl-offset": "3800" } },
          sentinels: { 26381: { flags: "s_down,sentinel,disconnected" } },
        }),
      ),
      [
        {
          address: { host: "127.0.0.1", port: 26381 },
          runId: runIdOf(26381),
          reason: "Connection refused",
        },
      ],
    );
    expect(topologyLines(group, PLAIN)).toEqual([
      "mymaster  ok  config epoch 3",
      "├─ 127.0.0.1:7000  master  up",
      "│  └─ 127.0.0.1:7001  replica  up  lag 0 B",
      "│     └─ 127.0.0.1:7002  replica  up  lag 1.2 kB",
      "└─ sentinels: quorum 2 of 3; one more sentinel lost and no failover is possible",
      "   ├─ 127.0.0.1:26379  vedette 0.1.0  00000000  does not see sentinel 127.0.0.1:26381",
      "   ├─ 127.0.0.1:26380  vedette 0.1.0  00000000  does not see sentinel 127.0.0.1:26381",
      "   └─ 127.0.0.1:26381  00000000  no answer: Connection refused",
    ]);
  });

  it("shows once each those that follow each other, or somebody unknown", () => {
    const views = ALL_WELL.map(({ address }) =>
      aView(address.port, {
        replicas: { 7001: { "master-port": "7002" }, 7002: { "master-port": "7001" } },
      }),
    );
    const lines = topologyLines(groupOf(views), PLAIN);
    expect(lines.slice(0, 4)).toEqual([
      "mymaster  ok  config epoch 3",
      "├─ 127.0.0.1:7000  master  up",
      "├─ 127.0.0.1:7001  replica  up  lag 0 B  follows 127.0.0.1:7002",
      "│  └─ 127.0.0.1:7002  replica  up  lag 0 B",
    ]);
  });

  it("lets no server's text reach the terminal as an order", () => {
    const evil = "10.0.0.1\u001b[2J\u202e";
    const views = ALL_WELL.map(({ address }) => aView(address.port, { master: { ip: evil } }));
    const text = topologyLines(groupOf(views), PLAIN).join("\n");
    expect(text).toContain("10.0.0.1\ufffd[2J\ufffd:7000");
  });
});
