import { describe, expect, it } from "vitest";
import { BufferedWriter } from "../../src/resp/buffered-writer.ts";
import { type TestClient, TestServer } from "./test-server.ts";

function filled(protocol: 2 | 3): TestClient {
  const server = new TestServer();
  server.connect().line("HSET h f v");
  server.connect().line("ZADD z 1.1 a 2 b");
  return server.connect(new BufferedWriter(protocol));
}

/** What differs between the protocols: pairs are nested, scores are doubles. */
const REPLIES: readonly (readonly [string, string, string])[] = [
  ["HGETALL h", "*2 $1 f $1 v", "%1 $1 f $1 v"],
  ["HRANDFIELD h 1 WITHVALUES", "*2 $1 f $1 v", "*1 *2 $1 f $1 v"],
  ["HRANDFIELD h 5", "*1 $1 f", "*1 $1 f"],
  ["ZSCORE z a", "$3 1.1", ",1.1"],
  ["ZMSCORE z a none", "*2 $3 1.1 $-1", "*2 ,1.1 _"],
  ["ZRANK z b WITHSCORE", "*2 :1 $1 2", "*2 :1 ,2"],
  ["ZRANK z none WITHSCORE", "*-1", "_"],
  ["ZRANGE z 0 0 WITHSCORES", "*2 $1 a $3 1.1", "*1 *2 $1 a ,1.1"],
  ["ZRANGE z 0 -1 REV", "*2 $1 b $1 a", "*2 $1 b $1 a"],
  ["ZINTER 1 z WITHSCORES", "*4 $1 a $3 1.1 $1 b $1 2", "*2 *2 $1 a ,1.1 *2 $1 b ,2"],
  ["ZADD z INCR 1 b", "$1 3", ",3"],
  ["ZINCRBY z 0.5 b", "$3 2.5", ",2.5"],
  ["ZPOPMIN z", "*2 $1 a $3 1.1", "*2 $1 a ,1.1"],
  ["ZPOPMIN z 1", "*2 $1 a $3 1.1", "*1 *2 $1 a ,1.1"],
  ["ZMPOP 1 z MAX", "*2 $1 z *1 *2 $1 b $1 2", "*2 $1 z *1 *2 $1 b ,2"],
  ["ZMPOP 1 none MAX", "*-1", "_"],
  ["ZSCAN z 0", "*2 $1 0 *4 $1 a $3 1.1 $1 b $1 2", "*2 $1 0 *4 $1 a $3 1.1 $1 b $1 2"],
];

describe("replies about fields and scores", () => {
  it.each(REPLIES)("%s", (line, resp2, resp3) => {
    expect(filled(2).line(line).trimEnd().split("\r\n").join(" ")).toBe(resp2);
    expect(filled(3).line(line).trimEnd().split("\r\n").join(" ")).toBe(resp3);
  });
});

describe("BZPOPMIN and BZMPOP", () => {
  it.each([
    ["BZPOPMIN y z 0", "*3 $1 z $1 a $3 1.1"],
    ["BZMPOP 0 2 y z MAX COUNT 9", "*2 $1 z *2 *2 $1 b $1 2 *2 $1 a $3 1.1"],
  ])("%s answers at once, or when a key gets members", (line, reply) => {
    const client = filled(2);
    expect(client.line(line).trimEnd().split("\r\n").join(" ")).toBe(reply);
    client.line("DEL z");
    expect(client.line(line)).toBe("");
    client.server.connect().line("ZADD z 1.1 a 2 b");
    expect(client.reply().trimEnd().split("\r\n").join(" ")).toBe(reply);
  });

  it("answers nothing inside a transaction", () => {
    const client = filled(2);
    for (const line of ["MULTI", "BZPOPMAX none 0", "BZMPOP 0 1 none MIN"]) client.line(line);
    expect(client.line("EXEC")).toBe("*2\r\n*-1\r\n*-1\r\n");
  });
});

describe("HSCAN", () => {
  it("tells every field that stays, while others come and go", () => {
    const client = new TestServer().connect();
    for (let number = 0; number < 600; number++) client.line(`HSET h f${number} v`);
    const seen = new Set<string>();
    let cursor = "0";
    let turns = 0;
    do {
      const [, next = "0", ...rest] = client
        .line(`HSCAN h ${cursor} COUNT 20`)
        .split(/\r\n\$\d+\r\n/);
      for (const field of rest) seen.add(field.split("\r\n", 1)[0] ?? "");
      cursor = next.split("\r\n", 1)[0] ?? "0";
      for (let more = 0; more < 10; more++) client.line(`HSET h new${turns}-${more} v`);
      client.line(`HDEL h f${300 + turns}`);
      turns++;
    } while (cursor !== "0");
    expect(turns).toBeGreaterThan(5);
    for (let number = 0; number < 300; number++) expect(seen.has(`f${number}`)).toBe(true);
  });
});
