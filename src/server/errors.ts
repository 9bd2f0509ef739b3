/** Error replies, in Redis' words: clients and test suites match them (server spec §5.1, §6.1). */
export const ERRORS = {
  syntax: "ERR syntax error",
  wrongType: "WRONGTYPE Operation against a key holding the wrong kind of value",
  notAnInteger: "ERR value is not an integer or out of range",
  notAFloat: "ERR value is not a valid float",
  notPositive: "ERR value is out of range, must be positive",
  noFieldsWord: "ERR Mandatory argument FIELDS is missing or not at the right position",
  fieldCountNotPositive: "ERR Parameter `numFields` should be greater than 0",
  fieldCountWrong: "ERR The `numfields` parameter must match the number of arguments",
  fieldExpireNegative: "ERR invalid expire time, must be >= 0",
  hashValueNotAnInteger: "ERR hash value is not an integer",
  hashValueNotAFloat: "ERR hash value is not a float",
  notFinite: "ERR value is NaN or Infinity",
  badScoreRange: "ERR min or max is not a float",
  badLexRange: "ERR min or max not valid string range item",
  nxXxIncompatible: "ERR XX and NX options at the same time are not compatible",
  gtLtNxIncompatible: "ERR GT, LT, and/or NX options at the same time are not compatible",
  incrTakesOnePair: "ERR INCR option supports a single increment-element pair",
  scoreNotANumber: "ERR resulting score is not a number (NaN)",
  limitNeedsRange:
    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
  scoresNotWithLex: "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
  weightNotAFloat: "ERR weight value is not a float",
  outOfRange: "ERR value is out of range",
  badBitOffset: "ERR bit offset is not an integer or out of range",
  badBit: "ERR bit is not an integer or out of range",
  bitNeither: "ERR The bit argument must be 1 or 0.",
  bitOpNotTakesOne: "ERR BITOP NOT must be called with a single source key.",
  badFieldType:
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
  badOverflow: "ERR Invalid OVERFLOW type specified",
  bitFieldReadOnly: "ERR BITFIELD_RO only supports the GET subcommand",
  lcsNotStrings: "ERR The specified keys must contain string values",
  lcsLengthAndRanges: "ERR If you want both the length and indexes, please just use IDX.",
  lcsTooLarge: "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
  noSuchKey: "ERR no such key",
  indexOutOfRange: "ERR index out of range",
  offsetOutOfRange: "ERR offset is out of range",
  overflow: "ERR increment or decrement would overflow",
  decrementOverflow: "ERR decrement would overflow",
  notANumber: "ERR increment would produce NaN or Infinity",
  tooLong: "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
  sameObject: "ERR source and destination objects are the same",
  badCursor: "ERR invalid cursor",
  dbIndexOutOfRange: "ERR DB index is out of range",
  dbIndexNotAnInteger: "ERR invalid DB index",
  timeoutNegative: "ERR timeout is negative",
  timeoutNotAFloat: "ERR timeout is not a float or out of range",
  timeoutOutOfRange: "ERR timeout is out of range",
  numkeysNotPositive: "ERR numkeys should be greater than 0",
  numkeysTooLarge: "ERR Number of keys can't be greater than number of args",
  countNotPositive: "ERR count should be greater than 0",
  limitNegative: "ERR LIMIT can't be negative",
  rankZero:
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
  countNegative: "ERR COUNT can't be negative",
  maxLengthNegative: "ERR MAXLEN can't be negative",
  scoresNotDoubles: "ERR One or more scores can't be converted into double",
  timeoutNotAnInteger: "ERR timeout is not an integer or out of range",
  expireNxIncompatible: "ERR NX and XX, GT or LT options at the same time are not compatible",
  expireGtLtIncompatible: "ERR GT and LT options at the same time are not compatible",

  busyKey: "BUSYKEY Target key name already exists.",
  badDump: "ERR DUMP payload version or checksum are wrong",
  badDumpFormat: "ERR Bad data format",
  invalidTtl: "ERR Invalid TTL value, must be >= 0",
  invalidIdleTime: "ERR Invalid IDLETIME value, must be >= 0",
  invalidFrequency: "ERR Invalid FREQ value, must be >= 0 and <= 255",

  nestedMulti: "ERR MULTI calls can not be nested",
  execWithoutMulti: "ERR EXEC without MULTI",
  discardWithoutMulti: "ERR DISCARD without MULTI",
  watchInsideMulti: "ERR WATCH inside MULTI is not allowed",
  execAborted: "EXECABORT Transaction discarded because of previous errors.",
  notInTransaction: "ERR Command not allowed inside a transaction",

  noAuth: "NOAUTH Authentication required.",
  outOfMemory: "OOM command not allowed when used memory > 'maxmemory'.",
  misconf:
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
  noReplicas: "NOREPLICAS Not enough good replicas to write.",
  readOnly: "READONLY You can't write against a read only replica.",
  masterDown: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  loading: "LOADING Redis is loading the dataset in memory",
  replicaKeyspace: "ERR Replica can't interact with the keyspace",

  noLfu:
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
  lfuInUse:
    "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
  slowLogCount: "ERR count should be greater than or equal to -1",
  monitorInTransaction: "ERR MONITOR isn't allowed for DENY BLOCKING client",
  alreadySaving: "ERR Background save already in progress",
  saveFailed: "ERR",
  shutdownFailed: "ERR Errors trying to SHUTDOWN. Check logs.",
  noShutdown: "ERR No shutdown in progress.",
  badMasterPort: "ERR Invalid master port",
  replicaofFromReplica: "ERR Command is not valid when client is a replica.",
  waitOnReplica:
    "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.",
  waitAofOnReplica:
    "ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are not propagated.",
  waitAofLocal: "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
  zeroOrOne: "ERR value is out of range, value must between 0 and 1",
  noMasterLinkSync: "NOMASTERLINK Can't SYNC while not connected with my master",
  filterWithoutEof: "ERR Filtered replica requires EOF capability",
  pendingOutput: "ERR SYNC and PSYNC are invalid with pending output",
  noMasterLinkFailover: "NOMASTERLINK Can't SYNC while failing over",
  replicaofInFailover: "ERR REPLICAOF not allowed while failing over.",
  failoverInProgress: "ERR FAILOVER already in progress.",
  failoverOnReplica: "ERR FAILOVER is not valid when server is a replica.",
  failoverWithoutReplicas: "ERR FAILOVER requires connected replicas.",
  failoverForce: "ERR FAILOVER with force option requires both a timeout and target HOST and IP.",
  failoverTargetUnknown: "ERR FAILOVER target HOST and PORT is not a replica.",
  failoverTargetNotOnline: "ERR FAILOVER target replica is not online.",
  failoverTimeout: "ERR FAILOVER timeout must be greater than 0",
  noFailover: "ERR No failover in progress.",
  failoverToMaster: "ERR PSYNC FAILOVER can't be sent to a master.",
  failoverReplid: "ERR PSYNC FAILOVER replid must match my replid.",
  bgsaveFailedForReplica: "ERR BGSAVE failed, replication can't continue",
  reloadOptions: "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
  reloadFailed: "ERR Error trying to load the RDB dump",
  noAof: "ERR AOF is not supported by vedette",
  debugRefused:
    'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
} as const;

export function noInputKey(command: string): string {
  return `ERR at least 1 input key is needed for '${command}' command`;
}

export function wrongArity(command: string): string {
  return `ERR wrong number of arguments for '${command}' command`;
}

export function unknownSubcommand(subcommand: string, command: string): string {
  return `ERR unknown subcommand '${shown(subcommand, 128)}'. Try ${command.toUpperCase()} HELP.`;
}

export function invalidExpire(command: string): string {
  return `ERR invalid expire time in '${command}' command`;
}

/** Arguments are quoted until 128 bytes of them are shown (server spec §5.1). */
export function unknownCommand(name: string, args: readonly string[]): string {
  let list = "";
  for (const arg of args) {
    if (list.length >= 128) break;
    list += `'${shown(arg, 128 - list.length)}' `;
  }
  return `ERR unknown command '${shown(name, 128)}', with args beginning with: ${list}`;
}

export function unsupportedOption(word: string): string {
  return `ERR Unsupported option ${shown(word)}`;
}

/** A zero byte ends a word in Redis' messages. */
function shown(word: string, length?: number): string {
  const end = word.indexOf("\0");
  return (end === -1 ? word : word.slice(0, end)).slice(0, length);
}
