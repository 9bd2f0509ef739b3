import { immutable, mutable } from "./parameter.ts";
import {
  choice,
  INT_MAX,
  integer,
  LONG_MAX,
  memory,
  text,
  UNSIGNED_LONG_MAX,
  yesNo,
} from "./value-kind.ts";

/** Parameters of whole features that Redis has beside what vedette is about. */

const port = integer({ min: 0, max: 65535 });
const natural = integer({ min: 0, max: INT_MAX });
const unset = "";

export const TLS_PARAMETERS = {
  "tls-port": mutable(port, 0),
  "tls-replication": mutable(yesNo, false),
  "tls-cluster": mutable(yesNo, false),
  "tls-auth-clients": mutable(choice("no", "yes", "optional"), "yes"),
  "tls-cert-file": mutable(text(), unset),
  "tls-key-file": mutable(text(), unset),
  "tls-key-file-pass": mutable(text(), unset),
  "tls-client-cert-file": mutable(text(), unset),
  "tls-client-key-file": mutable(text(), unset),
  "tls-client-key-file-pass": mutable(text(), unset),
  "tls-dh-params-file": mutable(text(), unset),
  "tls-ca-cert-file": mutable(text(), unset),
  "tls-ca-cert-dir": mutable(text(), unset),
  "tls-protocols": mutable(text(), unset),
  "tls-ciphers": mutable(text(), unset),
  "tls-ciphersuites": mutable(text(), unset),
  "tls-prefer-server-ciphers": mutable(yesNo, false),
  "tls-session-caching": mutable(yesNo, true),
  "tls-session-cache-size": mutable(natural, 20480),
  "tls-session-cache-timeout": mutable(natural, 300),
};

export const CLUSTER_PARAMETERS = {
  "cluster-enabled": immutable(yesNo, false),
  "cluster-config-file": immutable(text(), "nodes.conf"),
  "cluster-port": immutable(port, 0),
  "cluster-node-timeout": mutable(integer({ min: 0, max: LONG_MAX }), 15000),
  "cluster-announce-ip": mutable(text(), unset),
  "cluster-announce-hostname": mutable(text(), unset),
  "cluster-announce-port": mutable(port, 0),
  "cluster-announce-tls-port": mutable(port, 0),
  "cluster-announce-bus-port": mutable(port, 0),
  "cluster-replica-validity-factor": mutable(natural, 10, "cluster-slave-validity-factor"),
  "cluster-replica-no-failover": mutable(yesNo, false, "cluster-slave-no-failover"),
  "cluster-migration-barrier": mutable(natural, 1),
  "cluster-allow-replica-migration": mutable(yesNo, true),
  "cluster-require-full-coverage": mutable(yesNo, true),
  "cluster-allow-reads-when-down": mutable(yesNo, false),
  "cluster-allow-pubsubshard-when-down": mutable(yesNo, true),
  "cluster-link-sendbuf-limit": mutable(memory({ min: 0, max: UNSIGNED_LONG_MAX }), 0),
  "cluster-preferred-endpoint-type": mutable(choice("ip", "hostname", "unknown-endpoint"), "ip"),
};
