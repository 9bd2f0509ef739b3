import { describe, expect, it } from "vitest";
import { replicationDetails } from "../../src/wire/replication-details.ts";
import { peerViewIn } from "../../src/wire/peer-view.ts";
import { rightsFrom, wordsOfOrder } from "../../src/wire/server-order.ts";

describe("rights of a sentinel on a data server", () => {
  const allowed = [
    "ERR No failover in progress.",
    "ERR timeout is not an integer or out of range",
    "ERR Unknown client type 'probe'",
  ];

  it.each([
    ["all of them", allowed, [true, true, true]],
    ["an ACL", allowed.map(() => "NOPERM this user has no permissions"), [false, false, false]],
    [
      "an old server",
      [
        "ERR unknown command `FAILOVER`, with args beginning with: `ABORT`, ",
        "ERR Unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP",
        "ERR Unknown client type 'probe'",
      ],
      [false, false, true],
    ],
  ])("%s", (_case, refusals, [mayHandOver, mayPause, mayCutClients]) => {
    expect(rightsFrom(refusals)).toMatchObject({ mayHandOver, mayPause, mayCutClients });
  });

  it("are asked for by what changes nothing", () => {
    expect(wordsOfOrder({ kind: "probe-rights" }).map((words) => words.join(" "))).toEqual([
      "FAILOVER ABORT",
      "CLIENT PAUSE probe WRITE",
      "CLIENT KILL TYPE probe",
    ]);
  });
});

describe("the replication section", () => {
  it("tells who is attached, how far they are and whether the server hands over", () => {
    const text =
      "role:master\r\nslave0:ip=10.0.0.1,port=6380,state=online,offset=70,lag=1\r\n" +
      "slave1:ip=,port=x\r\nmaster_failover_state:waiting-for-sync\r\n";
    expect(replicationDetails(text)).toEqual({
      isHandingOver: true,
      attached: [{ address: { host: "10.0.0.1", port: 6380 }, isOnline: true, offset: 70 }],
    });
    expect(replicationDetails("master_failover_state:no-failover").isHandingOver).toBe(false);
    expect(replicationDetails("").isHandingOver).toBe(false);
  });
});

describe("what another sentinel holds for a master", () => {
  it.each([
    [["ip", "10.0.0.1", "port", "6379", "down-after-milliseconds", "5000"], 5000],
    [["ip", "10.0.0.1", "port", "6379"], undefined],
    [["ip", "", "port", "6379", "down-after-milliseconds", "5000"], undefined],
    [[], undefined],
  ])("%j", (words, downAfterMs) => {
    expect(peerViewIn(words)?.downAfterMs).toBe(downAfterMs);
  });
});
