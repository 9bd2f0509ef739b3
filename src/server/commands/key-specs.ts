import { at, behind, counted, type KeySpec, unknown, upTo } from "../key-spec.ts";

/**
 * Where the commands of Redis 7.0 have their keys and what they do with them, by what they share.
 * Observed with `COMMAND INFO` of redis-server 7.0.15.
 */
const BY_SPECS: readonly (readonly [specs: readonly KeySpec[], names: string])[] = [
  [[at(1, "RW insert")], "append hsetnx linsert lpush lpushx pfadd rpush rpushx sadd"],
  [
    [at(1, "RO access")],
    "bitcount bitfield_ro bitpos dump expiretime geodist geohash geopos georadius_ro georadiusbymember_ro geosearch get getbit getrange hget hgetall hkeys hmget hrandfield hscan hvals lindex lpos lrange pexpiretime pttl smembers smismember srandmember sscan substr ttl xpending xrange xrevrange zcount zlexcount zmscore zrandmember zrange zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore",
  ],
  [
    [
      at(
        1,
        "RW access update variable_flags",
        "This command allows both access and modification of the key",
      ),
    ],
    "bitfield",
  ],
  [[at(2, "OW update"), upTo(3, { last: -1, step: 1 }, "RO access")], "bitop"],
  [[at(1, "RW access delete"), at(2, "RW insert")], "blmove brpoplpush lmove rpoplpush smove"],
  [[counted(2, "RW access delete")], "blmpop bzmpop"],
  [[upTo(1, { last: -2, step: 1 }, "RW access delete")], "blpop brpop bzpopmax bzpopmin"],
  [[at(1, "RO access"), at(2, "OW update")], "copy"],
  [
    [at(1, "RW access update")],
    "decr decrby getset hincrby hincrbyfloat incr incrby incrbyfloat move setbit zincrby",
  ],
  [[upTo(1, { last: -1, step: 1 }, "RM delete")], "del unlink"],
  [
    [
      counted(
        2,
        "RW access update",
        "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE",
      ),
    ],
    "eval fcall",
  ],
  [
    [
      counted(
        2,
        "RO access",
        "We cannot tell how the keys will be used so we assume the worst, RO and ACCESS",
      ),
    ],
    "eval_ro fcall_ro",
  ],
  [[counted(2, "RW access update")], "evalsha"],
  [[counted(2, "RO access")], "evalsha_ro"],
  [[upTo(1, { last: -1, step: 1 }, "RO")], "exists touch watch"],
  [
    [at(1, "RW update")],
    "expire expireat geoadd hmset hset lset persist pexpire pexpireat setrange xack xclaim xsetid zadd",
  ],
  [
    [
      at(1, "RO access"),
      behind("STORE", { from: 6, last: 0, limit: 0 }, "OW update"),
      behind("STOREDIST", { from: 6, last: 0, limit: 0 }, "OW update"),
    ],
    "georadius",
  ],
  [
    [
      at(1, "RO access"),
      behind("STORE", { from: 5, last: 0, limit: 0 }, "OW update"),
      behind("STOREDIST", { from: 5, last: 0, limit: 0 }, "OW update"),
    ],
    "georadiusbymember",
  ],
  [[at(1, "OW update"), at(2, "RO access")], "geosearchstore zrangestore"],
  [[at(1, "RW access delete")], "getdel lpop rpop spop zpopmax zpopmin"],
  [[at(1, "RW access update", "RW and UPDATE because it changes the TTL")], "getex"],
  [
    [at(1, "RW delete")],
    "hdel lrem ltrim srem xautoclaim xdel xtrim zrem zremrangebylex zremrangebyrank zremrangebyscore",
  ],
  [[at(1, "RO")], "hexists hlen hstrlen llen scard sismember strlen type xlen zcard"],
  [[upTo(1, { last: 1, step: 1 }, "RO access")], "lcs"],
  [[counted(1, "RW access delete")], "lmpop zmpop"],
  [[at(2, "RO")], "memory|usage object|encoding object|freq object|idletime object|refcount"],
  [[upTo(1, { last: -1, step: 1 }, "RO access")], "mget sdiff sinter sunion"],
  [
    [
      at(3, "RW access delete"),
      behind("KEYS", { from: -2, last: -1, limit: 0 }, "RW access delete incomplete"),
    ],
    "migrate",
  ],
  [[upTo(1, { last: -1, step: 2 }, "OW update")], "mset"],
  [[upTo(1, { last: -1, step: 2 }, "OW insert")], "msetnx"],
  [
    [
      upTo(
        1,
        { last: -1, step: 1 },
        "RW access",
        "RW because it may change the internal representation of the key, and propagate to replicas",
      ),
    ],
    "pfcount",
  ],
  [[at(2, "RW access")], "pfdebug"],
  [[at(1, "RW access insert"), upTo(2, { last: -1, step: 1 }, "RO access")], "pfmerge"],
  [[at(1, "OW update")], "psetex restore restore-asking setex"],
  [[at(1, "RW access delete"), at(2, "OW update")], "rename"],
  [[at(1, "RW access delete"), at(2, "OW insert")], "renamenx"],
  [[at(1, "OW update"), upTo(2, { last: -1, step: 1 }, "RO access")], "sdiffstore sunionstore"],
  [
    [at(1, "RW access update variable_flags", "RW and ACCESS due to the optional `GET` argument")],
    "set",
  ],
  [[at(1, "OW insert")], "setnx"],
  [[counted(1, "RO access")], "sintercard zdiff zinter zintercard zunion"],
  [[at(1, "RW update"), upTo(2, { last: -1, step: 1 }, "RO access")], "sinterstore"],
  [
    [
      at(1, "RO access"),
      unknown(
        "RO access",
        "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
      ),
      unknown(
        "OW update",
        "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
      ),
    ],
    "sort",
  ],
  [
    [
      at(1, "RO access"),
      unknown(
        "RO access",
        "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
      ),
    ],
    "sort_ro",
  ],
  [[at(1, "not_key")], "spublish"],
  [[upTo(1, { last: -1, step: 1 }, "not_key")], "ssubscribe sunsubscribe"],
  [
    [at(1, "RW update", "UPDATE instead of INSERT because of the optional trimming feature")],
    "xadd",
  ],
  [[at(2, "RW insert")], "xgroup|create xgroup|createconsumer"],
  [[at(2, "RW delete")], "xgroup|delconsumer xgroup|destroy"],
  [[at(2, "RW update")], "xgroup|setid"],
  [[at(2, "RO access")], "xinfo|consumers xinfo|groups xinfo|stream"],
  [[behind("STREAMS", { from: 1, last: -1, limit: 2 }, "RO access")], "xread"],
  [[behind("STREAMS", { from: 4, last: -1, limit: 2 }, "RO access")], "xreadgroup"],
  [[at(1, "OW update"), counted(2, "RO access")], "zdiffstore zinterstore zunionstore"],
];

/** By the lower-case name: `get`, `object|encoding`. */
export const KEY_SPECS: ReadonlyMap<string, readonly KeySpec[]> = new Map(
  BY_SPECS.flatMap(([specs, names]) => names.split(" ").map((name) => [name, specs] as const)),
);
