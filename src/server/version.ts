/** The version announced to clients: the last one that Redis and Valkey share (server spec D1). */
export const REDIS_VERSION = "7.2.0";
