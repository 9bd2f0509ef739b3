import { expect, it } from "vitest";
import { formatInfo } from "../../../src/server/info/info.ts";
import { redacted } from "../../../src/server/observation/redaction.ts";
import { TestServer } from "../test-server.ts";

it("counts calls, refusals and failures of each command and subcommand", () => {
  const server = new TestServer({ latencyTracking: false });
  const client = server.connect();
  client.line("SET a 1");
  client.line("SET a");
  client.line("COMMAND COUNT");
  expect(formatInfo(server.state, ["commandstats"])).toBe(
    [
      "# Commandstats",
      "cmdstat_set:calls=1,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0",
      "cmdstat_command|count:calls=1,usec=0,usec_per_call=0.00,rejected_calls=0,failed_calls=0",
      "",
    ].join("\r\n"),
  );
  expect(formatInfo(server.state, ["default"])).not.toContain("cmdstat_");
});

it("keeps slow calls, newest first, without passwords and not EXEC itself", () => {
  const server = new TestServer({ slowLogMicros: 100_000, slowLogLength: 2 });
  const client = server.connect();
  client.line("GET fast");
  for (const seconds of ["0.1", "0.2"]) client.line(`DEBUG SLEEP ${seconds}`);
  client.line("MULTI");
  client.line("DEBUG SLEEP 0.3");
  client.line("EXEC");
  expect(client.line("SLOWLOG LEN")).toBe(":2\r\n");
  expect(client.line("SLOWLOG GET 1")).toContain(":300000\r\n*3\r\n$5\r\nDEBUG\r\n$5\r\nSLEEP\r\n");
  expect(client.line("SLOWLOG GET -2")).toBe(
    "-ERR count should be greater than or equal to -1\r\n",
  );
});

it("shows monitors what others do, escaped, but not administration", () => {
  const server = new TestServer();
  const monitor = server.connect();
  const other = server.connect();
  expect(monitor.line("MONITOR")).toBe("+OK\r\n");
  other.send("SET", 'a"\x01', "1\r\n");
  other.line("SLOWLOG RESET");
  expect(monitor.reply()).toBe(
    `+1700001000.000000 [0 ${other.connection.remoteAddress}] "SET" "a\\"\\x01" "1\\r\\n"\r\n`,
  );
  monitor.line("RESET");
  other.line("GET a");
  expect(monitor.reply()).toBe("");
});

it("remembers the longest call of each second where latency is monitored", () => {
  const server = new TestServer({ latencyThresholdMs: 50 });
  const client = server.connect();
  client.line("DEBUG SLEEP 0.06");
  client.line("DEBUG SLEEP 0.05");
  client.line("DEBUG SLEEP 1");
  expect(client.line("LATENCY LATEST")).toBe(
    "*1\r\n*4\r\n$7\r\ncommand\r\n:1700001000\r\n:1000\r\n:1000\r\n",
  );
  expect(client.line("LATENCY RESET nothing")).toBe(":0\r\n");
  expect(client.line("LATENCY RESET")).toBe(":1\r\n");
});

it.each([
  ["auth", "AUTH secret", "AUTH (redacted)"],
  ["hello", "HELLO 3 AUTH u p SETNAME n", "HELLO 3 AUTH (redacted) (redacted) SETNAME n"],
  [
    "config|set",
    "CONFIG SET maxclients 5 MasterAuth p",
    "CONFIG SET maxclients 5 MasterAuth (redacted)",
  ],
  ["acl|setuser", "ACL SETUSER u >p", "ACL SETUSER (redacted) (redacted)"],
  ["set", "SET auth p", "SET auth p"],
])("hides the secrets of %s", (name, request, shown) => {
  expect(redacted(name, request.split(" ")).join(" ")).toBe(shown);
});
