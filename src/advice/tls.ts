import type { TlsSettings } from "../wire/conf/tls-settings.ts";
import { type CheckedFile, directiveLine, finding, type Rule } from "./checked-file.ts";
import type { Finding } from "./finding.ts";

/** TLS that is only half there: it does not start, or does not protect. */
export const tlsRules: Rule = (file) => {
  const { tls } = file.config.daemon;
  if (tls === undefined) return unused(file);
  return [...missing(file, tls), ...unreadable(file, tls), ...halfEncrypted(file, tls)];
};

function unused(file: CheckedFile): Finding[] {
  const line = file.lines.find(
    ({ directive, words: [value = ""] }) =>
      directive.startsWith("tls-") && value !== "0" && value !== "no" && value !== "",
  );
  if (line === undefined) return [];
  return [
    finding(
      file,
      { line },
      {
        code: "tls-unused",
        severity: "warning",
        message: `${line.directive} has no effect: without tls-port or tls-replication nothing is encrypted`,
        help: "tls-port 26379 with port 0, and tls-replication yes",
      },
    ),
  ];
}

function missing(file: CheckedFile, tls: TlsSettings): Finding[] {
  const line = directiveLine(file, tls.port === 0 ? "tls-replication" : "tls-port");
  const found: Finding[] = [];
  if (tls.certFile === undefined || tls.keyFile === undefined) {
    const absent = tls.certFile === undefined ? "tls-cert-file" : "tls-key-file";
    found.push(
      finding(
        file,
        { line },
        {
          code: "tls-without-certificate",
          severity: "error",
          message: `TLS is on and there is no ${absent}: the sentinel does not start`,
          help: "tls-cert-file and tls-key-file, both PEM",
        },
      ),
    );
  }
  const needsAuthorities = tls.replication || tls.authClients !== "no";
  if (needsAuthorities && tls.caCertFile === undefined && tls.caCertDir === undefined) {
    found.push(
      finding(
        file,
        { line },
        {
          code: "tls-without-authorities",
          severity: "error",
          message:
            "TLS is on and there are no authorities to judge other certificates by: the sentinel does not start",
          help: "tls-ca-cert-file, or tls-auth-clients no where only clients without certificates come in",
        },
      ),
    );
  }
  if ((tls.clientCertFile === undefined) !== (tls.clientKeyFile === undefined)) {
    const [has, lacks] =
      tls.clientKeyFile === undefined
        ? ["tls-client-cert-file", "tls-client-key-file"]
        : ["tls-client-key-file", "tls-client-cert-file"];
    found.push(
      finding(
        file,
        { line: directiveLine(file, has) },
        {
          code: "tls-half-client-pair",
          severity: "warning",
          message: `${has} without ${lacks} counts for nothing: tls-cert-file is shown to servers and sentinels`,
          help: `${lacks} beside it`,
        },
      ),
    );
  }
  return found;
}

function unreadable(file: CheckedFile, tls: TlsSettings): Finding[] {
  const paths = [
    ["tls-cert-file", tls.certFile],
    ["tls-key-file", tls.keyFile],
    ["tls-client-cert-file", tls.clientCertFile],
    ["tls-client-key-file", tls.clientKeyFile],
    ["tls-ca-cert-file", tls.caCertFile],
    ["tls-ca-cert-dir", tls.caCertDir],
    ["tls-dh-params-file", tls.dhParamsFile],
  ] as const;
  return paths.flatMap(([directive, path]) => {
    if (path === undefined) return [];
    const { exists, isReadable, mode } = file.look(path);
    const line = directiveLine(file, directive);
    if (!isReadable) {
      return [
        finding(
          file,
          { line },
          {
            code: "tls-file-unreadable",
            severity: "error",
            message: `${path} ${exists ? "may not be read" : "is not there"}: the sentinel does not start`,
            help: "the right path (relative ones start at dir), readable for the sentinel's user",
          },
        ),
      ];
    }
    if (!directive.includes("key") || (mode & 0o004) === 0) return [];
    return [
      finding(
        file,
        { line },
        {
          code: "tls-key-readable-by-all",
          severity: "warning",
          message: `every user of the machine can read the private key ${path} (mode ${(mode & 0o777).toString(8)})`,
          help: `chmod 600 ${path}`,
        },
      ),
    ];
  });
}

function halfEncrypted(file: CheckedFile, tls: TlsSettings): Finding[] {
  const { port } = file.config.daemon;
  if (tls.replication && tls.port === 0) {
    return [
      finding(
        file,
        { line: directiveLine(file, "tls-replication") },
        {
          code: "tls-replication-without-port",
          severity: "error",
          message: `this sentinel speaks TLS to the others and has no tls-port itself: they are told its plain port ${port} and cannot agree with it`,
          help: "tls-port on all sentinels and servers",
        },
      ),
    ];
  }
  const found: Finding[] = [];
  if (!tls.replication) {
    found.push(
      finding(
        file,
        { line: directiveLine(file, "tls-port") },
        {
          code: "tls-links-plain",
          severity: "warning",
          message:
            "only clients are encrypted: this sentinel's own links, with the passwords of servers and sentinels, are not",
          help: "tls-replication yes, once all servers and sentinels have a tls-port",
        },
      ),
    );
  }
  if (tls.port !== 0 && port !== 0) {
    found.push(
      finding(
        file,
        { line: directiveLine(file, "port") ?? directiveLine(file, "tls-port") },
        {
          code: "plain-port-open",
          severity: "note",
          message: `port ${port} is open beside tls-port ${tls.port}: passwords may still travel in clear text`,
          help: "port 0 when the last client has moved",
        },
      ),
    );
  }
  return found;
}
