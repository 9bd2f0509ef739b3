import { afterEach, describe, expect, it } from "vitest";
import { encodeCommand } from "../../src/resp/encode-command.ts";
import { Lab } from "../e2e/harness/lab.ts";
import { describeWithReal } from "../e2e/harness/programs.ts";
import { RawConnection } from "../e2e/harness/raw-connection.ts";
import type { SentinelProcess } from "../e2e/harness/sentinel-process.ts";
import { FUZZ_SEED, FUZZ_TIMEOUT_MS, HostileDraw, isOver } from "./hostile-draw.ts";

const MONITOR = ["sentinel monitor mymaster 127.0.0.1 1 2", "enable-debug-command yes"];
const SETTINGS = ["auth-pass", "auth-user", "down-after-milliseconds", "quorum", "parallel-syncs"];

const lab = new Lab();
afterEach(async () => lab.cleanUp());

/** A request that a client may send, and one that none should. */
function anyMessage(draw: HostileDraw): string {
  if (draw.once(3)) return draw.bytes(200);
  const text = encodeCommand(anyWords(draw)).toString("latin1");
  return draw.once(4) ? draw.damaged(text) : text;
}

function anyWords(draw: HostileDraw): string[] {
  switch (draw.below(8)) {
    case 0:
      return ["SENTINEL", "SET", "mymaster", draw.of(SETTINGS), either(draw)];
    case 1:
      return ["SENTINEL", "CONFIG", "SET", draw.of(["sentinel-pass", "announce-ip"]), draw.text()];
    case 2:
      return ["SENTINEL", "MONITOR", draw.text(), "127.0.0.1", draw.number(), draw.number()];
    case 3:
      return ["SENTINEL", "SET", "mymaster", "rename-command", draw.text(), draw.text()];
    case 4:
      return ["PUBLISH", "__sentinel__:hello", draw.text()];
    case 5:
      return ["CLIENT", draw.of(["SETNAME", "KILL", "LIST", "REPLY"]), draw.text()];
    case 6:
      return ["SENTINEL", "IS-MASTER-DOWN-BY-ADDR", "127.0.0.1", "1", draw.number(), draw.text()];
    default:
      return [draw.of(["HELLO", "INFO", "PSUBSCRIBE", "SENTINEL", "AUTH"]), draw.text()];
  }
}

function either(draw: HostileDraw): string {
  return draw.once(2) ? draw.text() : draw.number();
}

async function tell(sentinel: SentinelProcess, draw: HostileDraw): Promise<void> {
  const socket = await RawConnection.open(sentinel.port);
  for (let count = 1 + draw.below(10); count > 0; count--) socket.send(anyMessage(draw));
  expect(await sentinel.command("PING")).toBe("PONG");
  socket.close();
}

describe("a sentinel on whose port anything arrives", () => {
  it(
    `lives, keeps its master, and starts again from its file (seed ${FUZZ_SEED})`,
    async () => {
      const sentinel = await lab.sentinel("hardy", { kind: "vedette", config: MONITOR });
      const begun = Date.now();
      for (let round = 0; !isOver(round, { short: 60, begun }); round++) {
        await tell(sentinel, new HostileDraw(FUZZ_SEED + round));
      }
      expect(await sentinel.masterAddress("mymaster")).toBe("127.0.0.1:1");
      await sentinel.command("SENTINEL", "FLUSHCONFIG");
      expect(sentinel.config).not.toMatch(/^sentinel monitor evil/m);
      expect(sentinel.config).not.toMatch(/^sentinel deny-scripts-reconfig no/m);
      await sentinel.stop();
      await sentinel.start();
      expect(await sentinel.masterAddress("mymaster")).toBe("127.0.0.1:1");
    },
    FUZZ_TIMEOUT_MS,
  );
});

describeWithReal(["redis-sentinel"], "a file full of odd words", () => {
  it("that ours wrote is read by redis-sentinel", async () => {
    const ours = await lab.sentinel("ours", { kind: "vedette", config: MONITOR });
    const draw = new HostileDraw(FUZZ_SEED);
    for (let count = 0; count < 40; count++) {
      const option = draw.of(["auth-pass", "auth-user"]);
      await ours.command("SENTINEL", "SET", "mymaster", option, draw.text()).catch(() => undefined);
      await ours
        .command("SENTINEL", "SET", "mymaster", "rename-command", `c${count}`, draw.text())
        .catch(() => undefined);
    }
    await ours.command("SENTINEL", "FLUSHCONFIG");
    await ours.stop();
    const real = await lab.sentinel("real", {
      kind: "redis",
      config: ours.config.split("\n").filter((line) => line.startsWith("sentinel ")),
    });
    expect(await real.masterAddress("mymaster")).toBe("127.0.0.1:1");
  });
});
