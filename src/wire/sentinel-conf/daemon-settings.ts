import type { ParameterValues } from "../conf/redis-parameters.ts";
import { INITIAL_VALUES } from "../conf/redis-parameters.ts";
import { DEFAULT_SENTINEL_PORT } from "./durable-sentinel.ts";
import { announcedPort, type TlsSettings, tlsSettings } from "../conf/tls-settings.ts";

/** What of the directives of every Redis program has an effect on a sentinel (sentinel spec §9.5). */
export interface DaemonSettings {
  /** 0: no TCP listener. */
  readonly port: number;
  /** The port that hellos name, unless announce-port says otherwise (sentinel spec §4.1). */
  readonly announcedPort: number;
  /** undefined: nothing is encrypted. */
  readonly tls: TlsSettings | undefined;
  /** Addresses to listen on; `-` in front: one that may be missing; `*` and `::*` are all. */
  readonly bind: readonly string[];
  readonly protectedMode: boolean;
  readonly tcpBacklog: number;
  readonly unixSocket: string | undefined;
  /** File mode of the socket; undefined leaves it to the umask. */
  readonly unixSocketMode: number | undefined;
  /** Seconds of silence after which a client is disconnected; 0 is never. */
  readonly idleTimeoutSeconds: number;
  /** Seconds; 0 is off. */
  readonly tcpKeepaliveSeconds: number;
  readonly maxClients: number;
  readonly requirePass: string | undefined;
  /** What new users may listen to. */
  readonly channelDefault: ParameterValues["acl-pubsub-default"];
  /** Entries that ACL LOG keeps. */
  readonly aclLogMaxLength: number;
  /** Path of the file of users; empty without one. */
  readonly usersFile: string;
  /** Local address of outgoing links. */
  readonly bindSourceAddress: string | undefined;
  /** Working directory; relative to where the program was started. */
  readonly dir: string;
  /** undefined: standard output. */
  readonly logFile: string | undefined;
  readonly logLevel: ParameterValues["loglevel"];
  readonly pidFile: string | undefined;
  readonly supervised: ParameterValues["supervised"];
  /** undefined: the system's log is left alone. */
  readonly syslog: SyslogSettings | undefined;
}

export interface SyslogSettings {
  readonly ident: string;
  readonly facility: ParameterValues["syslog-facility"];
}

/** Where a sentinel starts from: Redis' values but for port and protected mode. */
export const SENTINEL_INITIAL_VALUES: ParameterValues = {
  ...INITIAL_VALUES,
  port: DEFAULT_SENTINEL_PORT,
  "protected-mode": false,
};

export function daemonSettings(values: ParameterValues): DaemonSettings {
  return {
    port: values.port,
    announcedPort: announcedPort(values),
    tls: tlsSettings(values),
    bind: values.bind,
    protectedMode: values["protected-mode"],
    tcpBacklog: values["tcp-backlog"],
    unixSocket: unlessEmpty(values.unixsocket),
    unixSocketMode: values.unixsocketperm === 0 ? undefined : values.unixsocketperm,
    idleTimeoutSeconds: values.timeout,
    tcpKeepaliveSeconds: values["tcp-keepalive"],
    maxClients: values.maxclients,
    requirePass: unlessEmpty(values.requirepass),
    channelDefault: values["acl-pubsub-default"],
    aclLogMaxLength: values["acllog-max-len"],
    usersFile: values.aclfile,
    bindSourceAddress: unlessEmpty(values["bind-source-addr"]),
    dir: values.dir,
    logFile: unlessEmpty(values.logfile),
    logLevel: values.loglevel,
    pidFile: unlessEmpty(values.pidfile),
    supervised: values.supervised,
    syslog: values["syslog-enabled"]
      ? { ident: values["syslog-ident"], facility: values["syslog-facility"] }
      : undefined,
  };
}

function unlessEmpty(text: string): string | undefined {
  return text === "" ? undefined : text;
}
