import { expect, it } from "vitest";
import { classifyPingReply, isAcceptedPingReply } from "../../src/wire/ping-reply.ts";

it.each([
  ["PONG", "pong", true],
  ["LOADING Redis is loading the dataset in memory", "loading", true],
  ["MASTERDOWN Link with MASTER is down", "master-down", true],
  ["BUSY Redis is busy running a script.", "busy", false],
  ["NOAUTH Authentication required.", "NOAUTH", false],
  ["WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS", false],
  ["ERR invalid password", "WRONGPASS", false],
  ["NOPERM this user has no permissions to run the 'ping' command", "NOPERM", false],
  ["MISCONF Redis is configured to save RDB snapshots", "refused", false],
  ["pong", "refused", false],
  ["", "refused", false],
  [undefined, "refused", false],
])("an answer %j to PING is %s", (line, reply, accepted) => {
  expect(classifyPingReply(line)).toBe(reply);
  expect(isAcceptedPingReply(classifyPingReply(line))).toBe(accepted);
});
