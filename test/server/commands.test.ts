import { describe, expect, it } from "vitest";
import { TestServer } from "./test-server.ts";
import { expected, playTranscript } from "./transcripts.ts";

/** Replies as redis-server 7.0 gives them. */
const TRANSCRIPTS: Readonly<Record<string, string>> = {
  "SET and its options": `
    > SET k v
    +OK
    > SET k w NX
    $-1
    > SET k w XX GET
    "v"
    > SET new w XX
    $-1
    > SET k w NX GET
    "w"
    > SET k v NX XX
    -ERR syntax error
    > SET k v EX 10 KEEPTTL
    -ERR syntax error
    > SET k v EX 10 EX 20
    +OK
    > TTL k
    :20
    > SET k w KEEPTTL
    +OK
    > TTL k
    :20
    > SET k v
    +OK
    > TTL k
    :-1
    > SET k v EX 0
    -ERR invalid expire time in 'set' command
    > SET k v EX abc
    -ERR value is not an integer or out of range
    > SET k v PX 9223372036854775807
    -ERR invalid expire time in 'set' command
    > SETEX k 5 v
    +OK
    > PTTL k
    :5000
    > SETEX k -1 v
    -ERR invalid expire time in 'setex' command
    > GETSET k x
    "v"
    > PTTL k
    :-1
  `,
  "old values taken out": `
    > GETDEL k
    $-1
    > SET k v
    +OK
    > GETEX k PX 1500
    "v"
    > TTL k
    :2
    > GETEX k PERSIST EX 5
    -ERR syntax error
    > GETEX k PERSIST
    "v"
    > TTL k
    :-1
    > GETEX k EXAT 1
    "v"
    > EXISTS k
    :0
    > SET k v
    +OK
    > GETDEL k
    "v"
    > GET k
    $-1
  `,
  "counters in 64 bits": `
    > INCR n
    :1
    > DECRBY n 5
    :-4
    > SET n 9223372036854775806
    +OK
    > INCR n
    :9223372036854775807
    > INCR n
    -ERR increment or decrement would overflow
    > DECRBY n -9223372036854775808
    -ERR decrement would overflow
    > SET n 9007199254740993
    +OK
    > INCRBY n 2
    :9007199254740995
    > SET n 007
    +OK
    > INCR n
    -ERR value is not an integer or out of range
    > SET n 10.5
    +OK
    > INCRBYFLOAT n 0.1
    "10.6"
    > INCRBYFLOAT n 1e17
    "100000000000000010.6015625"
    > SET n 0.1
    +OK
    > INCRBYFLOAT n 0.2
    "0.3"
    > INCRBYFLOAT n inf
    -ERR increment would produce NaN or Infinity
    > INCRBYFLOAT n x
    -ERR value is not a valid float
  `,
  "parts of values": `
    > APPEND s abc
    :3
    > APPEND s def
    :6
    > STRLEN s
    :6
    > GETRANGE s 1 -2
    "bcde"
    > GETRANGE s -100 1
    "ab"
    > GETRANGE s -1 -5
    ""
    > GETRANGE s 5 9223372036854775807
    "f"
    > SETRANGE s 8 x
    :9
    > GET s
    "abcdef\\u0000\\u0000x"
    > SETRANGE s -1 x
    -ERR offset is out of range
    > SETRANGE s 536870912 x
    -ERR string exceeds maximum allowed size (proto-max-bulk-len)
    > SETRANGE other 5 x
    :6
  `,
  "several keys": `
    > MSET a 1 b 2
    +OK
    > MSETNX b 3 c 3
    :0
    > MSETNX c 3 d 4
    :1
    > MGET a b c nothing
    *4
    "1"
    "2"
    "3"
    $-1
    > MSET a
    -ERR wrong number of arguments for 'mset' command
    > MSET a 1 b
    -ERR wrong number of arguments for 'mset' command
    > EXISTS a a nothing
    :2
    > DEL a b nothing
    :2
    > UNLINK c
    :1
    > TOUCH d
    :1
    > DBSIZE
    :1
  `,
  "expiry and its conditions": `
    > EXPIRE nothing 10
    :0
    > SET k v
    +OK
    > EXPIRE k 100 XX
    :0
    > EXPIRE k 100 GT
    :0
    > EXPIRE k 100 LT
    :1
    > EXPIRE k 50 GT
    :0
    > EXPIRE k 200 GT
    :1
    > EXPIRE k 200 NX
    :0
    > EXPIRE k 100 NX XX
    -ERR NX and XX, GT or LT options at the same time are not compatible
    > EXPIRE k 100 GT LT
    -ERR GT and LT options at the same time are not compatible
    > EXPIRE k 100 foo
    -ERR Unsupported option foo
    > EXPIRE k 9223372036854775807
    -ERR invalid expire time in 'expire' command
    > PERSIST k
    :1
    > PERSIST k
    :0
    > TTL nothing
    :-2
    > EXPIREAT k 33177117420
    :1
    > EXPIRETIME k
    :33177117420
    > PEXPIRETIME k
    :33177117420000
    > EXPIRE k -1
    :1
    > GET k
    $-1
    > SET k v PX 300
    +OK
    ~ 200ms
    > GET k
    "v"
    ~ 200ms
    > GET k
    $-1
    > TTL k
    :-2
  `,
  "names and databases": `
    > SET a 1 EX 100
    +OK
    > RENAME a b
    +OK
    > TTL b
    :100
    > RENAME a b
    -ERR no such key
    > RENAME b b
    +OK
    > RENAMENX b b
    :0
    > COPY b b
    -ERR source and destination objects are the same
    > COPY b c
    :1
    > COPY b c
    :0
    > COPY b c REPLACE DB 1
    :1
    > COPY b c DB 99
    -ERR DB index is out of range
    > MOVE c 1
    :0
    > MOVE c 0
    -ERR source and destination objects are the same
    > MOVE c 2
    :1
    > SELECT 2
    +OK
    > TTL c
    :100
    > SWAPDB 2 3
    +OK
    > EXISTS c
    :0
    > SWAPDB 2 99
    -ERR DB index is out of range
    > SWAPDB x 1
    -ERR invalid first DB index
    > SELECT 16
    -ERR DB index is out of range
    > SELECT x
    -ERR value is not an integer or out of range
    > SELECT 3
    +OK
    > KEYS *
    *1
    "c"
    > SCAN 0 MATCH [a-c] COUNT 100 TYPE string
    *2
    "0"
    *1
    "c"
    > SCAN 0 TYPE list
    *2
    "0"
    *0
    > SCAN x
    -ERR invalid cursor
    > SCAN 0 COUNT 0
    -ERR syntax error
    > RANDOMKEY
    "c"
    > FLUSHDB
    +OK
    > RANDOMKEY
    $-1
    > FLUSHALL foo
    -ERR syntax error
    > OBJECT ENCODING nothing
    $-1
    > SET n 12345
    +OK
    > OBJECT ENCODING n
    "int"
    > OBJECT foo n
    -ERR unknown subcommand 'foo'. Try OBJECT HELP.
    > TYPE n
    +string
    > TYPE nothing
    +none
  `,
  transactions: `
    > MULTI
    +OK
    > MULTI
    -ERR MULTI calls can not be nested
    > SET k 1
    +QUEUED
    > WATCH k
    -ERR WATCH inside MULTI is not allowed
    > INCR k
    +QUEUED
    > INCR nothing more
    -ERR wrong number of arguments for 'incr' command
    > EXEC
    -EXECABORT Transaction discarded because of previous errors.
    > EXEC
    -ERR EXEC without MULTI
    > DISCARD
    -ERR DISCARD without MULTI
    > MULTI
    +OK
    > SET k text
    +QUEUED
    > INCR k
    +QUEUED
    > GET k
    +QUEUED
    > EXEC
    *3
    +OK
    -ERR value is not an integer or out of range
    "text"
    > MULTI
    +OK
    > SAVE
    -ERR Command not allowed inside a transaction
    > DISCARD
    +OK
  `,
  "watched keys": `
    a> SET k 1
    +OK
    a> WATCH k
    +OK
    b> SET k 2
    +OK
    a> MULTI
    +OK
    a> SET k 3
    +QUEUED
    a> EXEC
    *-1
    a> GET k
    "2"
    a> WATCH k
    +OK
    a> UNWATCH
    +OK
    b> DEL k
    :1
    a> MULTI
    +OK
    a> PING
    +QUEUED
    a> EXEC
    *1
    +PONG
    a> WATCH k
    +OK
    b> SET other 1
    +OK
    b> SWAPDB 0 1
    +OK
    b> SET k 1 PX 100
    +OK
    b> FLUSHALL
    +OK
    a> MULTI
    +OK
    a> PING
    +QUEUED
    a> EXEC
    *-1
    a> SET k v PX 100
    +OK
    a> WATCH k
    +OK
    ~ 200ms
    a> MULTI
    +OK
    a> PING
    +QUEUED
    a> EXEC
    *-1
  `,
  "what is not a command": `
    > foo bar baz
    -ERR unknown command 'foo', with args beginning with: 'bar' 'baz' 
    > GET
    -ERR wrong number of arguments for 'get' command
    > gEt k
    $-1
    > CONFIG
    -ERR wrong number of arguments for 'config' command
    > CONFIG foo
    -ERR unknown subcommand 'foo'. Try CONFIG HELP.
    > CONFIG GET
    -ERR wrong number of arguments for 'config|get' command
    > DEBUG foo
    -ERR unknown subcommand or wrong number of arguments for 'foo'. Try DEBUG HELP.
    > SCRIPT KILL
    -NOTBUSY No scripts in execution right now.
    > CLUSTER INFO
    -ERR This instance has cluster support disabled
    > REPLICAOF a b
    -ERR Invalid master port
    > REPLCONF a
    -ERR syntax error
    > REPLCONF a b
    -ERR Unrecognized REPLCONF option: a
    > PSYNC ? x
    -ERR value is not an integer or out of range
    > WAIT 0 -1
    -ERR timeout is negative
    > WAIT 0 0
    :0
    > BGSAVE foo
    -ERR syntax error
    > SHUTDOWN foo
    -ERR syntax error
    > FUNCTION LIST
    *0
    > FUNCTION FLUSH ASYNC
    +OK
    > FUNCTION FLUSH later
    -ERR FUNCTION FLUSH only supports SYNC|ASYNC option
    > COMMAND INFO config|get|key
    *1
      *-1
    > FUNCTION KILL
    -NOTBUSY No scripts in execution right now.
    > FUNCTION LOAD code
    -ERR unknown subcommand 'LOAD'. Try FUNCTION HELP.
    > SHUTDOWN ABORT
    -ERR No shutdown in progress.
    > PING a b
    -ERR wrong number of arguments for 'ping' command
    > PING a
    "a"
    > ECHO a
    "a"
  `,
};

describe("commands reply as redis-server does", () => {
  it.each(Object.entries(TRANSCRIPTS))("%s", (_, transcript) => {
    const played = playTranscript(new TestServer(), transcript);
    expect(played).toBe(expected(transcript));
  });
});
