import type { TestServer } from "./test-server.ts";

/**
 * Commands and their replies as one text: a command begins with `> ` and its name of the client in
 * front if there are several, a pause is `~ 100ms`, replies are shown as redis-cli would nest them.
 */
export function playTranscript(server: TestServer, transcript: string): string {
  const clients = new Map<string, ReturnType<TestServer["connect"]>>();
  const lines: string[] = [];
  for (const line of transcript.split("\n").map((text) => text.trim())) {
    const pause = /^~ (\d+)ms$/.exec(line);
    const command = /^(\w*)> (.*)$/.exec(line);
    if (pause !== null) server.pass(Number(pause[1]));
    if (pause !== null || command !== null) lines.push(line);
    if (command === null) continue;
    const [, name = "", words = ""] = command;
    const client = clients.get(name) ?? server.connect();
    clients.set(name, client);
    lines.push(...shown(client.line(words)));
  }
  return lines.join("\n");
}

/** A reply of RESP2, one line a value. */
function shown(reply: string): string[] {
  const lines: string[] = [];
  let rest = reply;
  while (rest !== "") {
    const end = rest.indexOf("\r\n");
    const head = rest.slice(0, end);
    rest = rest.slice(end + 2);
    if (!head.startsWith("$") || head === "$-1") {
      lines.push(head.trimEnd());
      continue;
    }
    const length = Number(head.slice(1));
    lines.push(JSON.stringify(rest.slice(0, length)));
    rest = rest.slice(length + 2);
  }
  return lines;
}

/** The transcript as it should come out: without indentation and empty lines. */
export function expected(transcript: string): string {
  return transcript
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}
