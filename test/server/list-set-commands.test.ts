import { describe, expect, it } from "vitest";
import { TestServer } from "./test-server.ts";
import { expected, playTranscript } from "./transcripts.ts";

/** Replies as redis-server 7.0 gives them. */
const TRANSCRIPTS: Readonly<Record<string, string>> = {
  "pushed and popped at both ends": `
    > RPUSH l a b c d e
    :5
    > LPUSH l z
    :6
    > LPUSHX nosuch a
    :0
    > RPUSHX l f
    :7
    > LRANGE l 0 -1
    *7
    "z"
    "a"
    "b"
    "c"
    "d"
    "e"
    "f"
    > LRANGE l -3 100
    *3
    "d"
    "e"
    "f"
    > LRANGE l 5 1
    *0
    > LINDEX l -1
    "f"
    > LINDEX l 99
    $-1
    > LLEN l
    :7
    > LPOP l
    "z"
    > RPOP l 2
    *2
    "f"
    "e"
    > LPOP l 0
    *0
    > LPOP l -1
    -ERR value is out of range, must be positive
    > LPOP l x
    -ERR value is out of range, must be positive
    > LPOP nosuch 1
    *-1
    > LPOP nosuch
    $-1
    > LPOP l 1 2
    -ERR wrong number of arguments for 'lpop' command
    > RPOP l 99
    *4
    "d"
    "c"
    "b"
    "a"
    > EXISTS l
    :0
    > SET s v
    +OK
    > LPUSH s a
    -WRONGTYPE Operation against a key holding the wrong kind of value
    > LRANGE s 0 -1
    -WRONGTYPE Operation against a key holding the wrong kind of value
  `,
  "edited in the middle": `
    > RPUSH l a b c b a
    :5
    > LSET l 1 x
    +OK
    > LSET l -1 z
    +OK
    > LSET l 9 v
    -ERR index out of range
    > LSET nosuch 0 v
    -ERR no such key
    > LINSERT l BEFORE x y
    :6
    > LINSERT l AFTER z end
    :7
    > LINSERT l AFTER nosuch v
    :-1
    > LINSERT l BETWEEN a b
    -ERR syntax error
    > LINSERT nosuch BEFORE a b
    :0
    > LRANGE l 0 -1
    *7
    "a"
    "y"
    "x"
    "c"
    "b"
    "z"
    "end"
    > RPUSH r a b a b a
    :5
    > LREM r -2 a
    :2
    > LREM r 1 b
    :1
    > LREM r 0 nosuch
    :0
    > LRANGE r 0 -1
    *2
    "a"
    "b"
    > LTRIM r 0 0
    +OK
    > LRANGE r 0 -1
    *1
    "a"
    > LTRIM r 5 9
    +OK
    > EXISTS r
    :0
  `,
  searched: `
    > RPUSH l a b c 1 2 3 c c
    :8
    > LPOS l c
    :2
    > LPOS l c RANK 2
    :6
    > LPOS l c RANK -1
    :7
    > LPOS l c COUNT 2
    *2
    :2
    :6
    > LPOS l c COUNT 0 RANK -1
    *3
    :7
    :6
    :2
    > LPOS l c COUNT 0 MAXLEN 3
    *1
    :2
    > LPOS l nosuch
    $-1
    > LPOS l nosuch COUNT 0
    *0
    > LPOS nosuch c
    $-1
    > LPOS l c RANK 0
    -ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list
    > LPOS l c COUNT -1
    -ERR COUNT can't be negative
    > LPOS l c MAXLEN -1
    -ERR MAXLEN can't be negative
    > LPOS l c RANK
    -ERR syntax error
  `,
  moved: `
    > RPUSH a 1 2 3
    :3
    > LMOVE a b LEFT RIGHT
    "1"
    > LMOVE a a LEFT RIGHT
    "2"
    > RPOPLPUSH a b
    "2"
    > LRANGE a 0 -1
    *1
    "3"
    > LRANGE b 0 -1
    *2
    "2"
    "1"
    > LMOVE nosuch b LEFT LEFT
    $-1
    > LMOVE a b LEFT UP
    -ERR syntax error
    > SET s v
    +OK
    > LMOVE a s LEFT LEFT
    -WRONGTYPE Operation against a key holding the wrong kind of value
    > LMPOP 2 nosuch b RIGHT COUNT 5
    *2
    "b"
    *2
    "1"
    "2"
    > LMPOP 2 nosuch b LEFT
    *-1
    > LMPOP 0 a LEFT
    -ERR numkeys should be greater than 0
    > LMPOP 1 a LEFT COUNT 0
    -ERR count should be greater than 0
    > LMPOP 1 a UP
    -ERR syntax error
    > LMPOP 5 a LEFT
    -ERR syntax error
  `,
  "in a transaction nothing blocks": `
    > MULTI
    +OK
    > BLPOP nosuch 0
    +QUEUED
    > BLMOVE nosuch b LEFT LEFT 0
    +QUEUED
    > BRPOPLPUSH nosuch b 0
    +QUEUED
    > BLMPOP 0 1 nosuch LEFT
    +QUEUED
    > EXEC
    *4
    *-1
    $-1
    $-1
    *-1
    > BLPOP nosuch -1
    -ERR timeout is negative
    > BLPOP nosuch soon
    -ERR timeout is not a float or out of range
    > BLMOVE a b LEFT UP 0
    -ERR syntax error
    > RPUSH l v
    :1
    > BRPOP nosuch l 0
    *2
    "l"
    "v"
    > EXISTS l
    :0
  `,
  sets: `
    > SADD s 1 2 3
    :3
    > SADD s 3 4
    :1
    > OBJECT ENCODING s
    "intset"
    > SADD s a
    :1
    > OBJECT ENCODING s
    "hashtable"
    > SCARD s
    :5
    > SISMEMBER s 1
    :1
    > SMISMEMBER s 1 9
    *2
    :1
    :0
    > SREM s a 4 9
    :2
    > SADD t 2 3 5
    :3
    > SINTERCARD 2 s t
    :2
    > SINTERCARD 2 s t LIMIT 1
    :1
    > SINTERCARD 0 s
    -ERR numkeys should be greater than 0
    > SINTERCARD 3 s t
    -ERR Number of keys can't be greater than number of args
    > SINTERCARD 1 s LIMIT -1
    -ERR LIMIT can't be negative
    > SINTERSTORE d s t
    :2
    > SUNIONSTORE d s t
    :4
    > SDIFFSTORE d s t
    :1
    > SMEMBERS d
    *1
    "1"
    > SINTERSTORE d s nosuch
    :0
    > EXISTS d
    :0
    > SMOVE s t 1
    :1
    > SMOVE s t 1
    :0
    > SMOVE nosuch t 1
    :0
    > SPOP nosuch
    $-1
    > SPOP nosuch 2
    *0
    > SPOP t -1
    -ERR value is out of range, must be positive
    > SPOP t 0
    *0
    > SRANDMEMBER nosuch
    $-1
    > SRANDMEMBER nosuch 2
    *0
    > SRANDMEMBER t 0
    *0
    > SPOP t 99 1
    -ERR syntax error
    > SET str v
    +OK
    > SADD str a
    -WRONGTYPE Operation against a key holding the wrong kind of value
    > SUNION s str
    -WRONGTYPE Operation against a key holding the wrong kind of value
  `,
  sorted: `
    > RPUSH n 3 1 2
    :3
    > SORT n
    *3
    "1"
    "2"
    "3"
    > SORT n DESC
    *3
    "3"
    "2"
    "1"
    > SORT n LIMIT 1 1
    *1
    "2"
    > SET w1 9
    +OK
    > SET w2 8
    +OK
    > SET w3 7
    +OK
    > SORT n BY w*
    *3
    "3"
    "2"
    "1"
    > SORT n BY w* GET # GET w* GET nosuch*
    *9
    "3"
    "7"
    $-1
    "2"
    "8"
    $-1
    "1"
    "9"
    $-1
    > SORT n BY nosort
    *3
    "3"
    "1"
    "2"
    > SORT n BY w* STORE out
    :3
    > LRANGE out 0 -1
    *3
    "3"
    "2"
    "1"
    > TYPE out
    +list
    > RPUSH words pear Apple fig
    :3
    > SORT words
    -ERR One or more scores can't be converted into double
    > SORT words ALPHA
    *3
    "Apple"
    "fig"
    "pear"
    > SORT words ALPHA DESC LIMIT 0 2
    *2
    "pear"
    "fig"
    > SADD s c a b
    :3
    > SORT s BY nosort STORE out
    :3
    > LRANGE out 0 -1
    *3
    "a"
    "b"
    "c"
    > SORT_RO n STORE out
    -ERR syntax error
    > SORT nosuch STORE out
    :0
    > EXISTS out
    :0
    > SORT n LIMIT 1
    -ERR syntax error
    > SORT n LIMIT a b
    -ERR value is not an integer or out of range
    > SET str v
    +OK
    > SORT str
    -WRONGTYPE Operation against a key holding the wrong kind of value
  `,
};

describe("lists, sets and SORT", () => {
  it.each(Object.entries(TRANSCRIPTS))("%s", (_, transcript) => {
    expect(playTranscript(new TestServer(), transcript)).toBe(expected(transcript));
  });

  it("take the number of an element up to its first zero byte, as C does", () => {
    const client = new TestServer().connect();
    client.send("RPUSH", "l", "2\0x", "\0y", "1");
    const sorted = ["\0y", "1", "2\0x"].map((text) => `$${text.length}\r\n${text}\r\n`);
    expect(client.send("SORT", "l")).toBe(`*3\r\n${sorted.join("")}`);
  });
});
