import {
  type CheckedFile,
  directiveLine,
  finding,
  type Rule,
  sentinelLine,
} from "./checked-file.ts";
import { otherHosts } from "./addresses.ts";
import type { Finding } from "./finding.ts";
import { isLoopback } from "./hosts.ts";

/** Who can reach this sentinel, who should and who should not. */
export const accessRules: Rule = (file) => [
  ...protectedMode(file),
  ...boundToItself(file),
  ...openDoor(file),
  ...scripts(file),
  ...peersPassword(file),
  ...renamed(file),
];

/** `-::1` is an address that may be missing. */
function boundHosts(file: CheckedFile): string[] {
  return file.config.daemon.bind.map((host) => host.replace(/^-/, ""));
}

function listensToOthers(file: CheckedFile): boolean {
  const { port, tls } = file.config.daemon;
  const hosts = boundHosts(file);
  return (port !== 0 || (tls?.port ?? 0) !== 0) && !(hosts.length > 0 && hosts.every(isLoopback));
}

function hasPassword(file: CheckedFile): boolean {
  const { daemon, secrets, userLines } = file.config;
  return (
    daemon.requirePass !== undefined ||
    secrets.has("requirepass") ||
    daemon.usersFile !== "" ||
    userLines.some(({ words: [name] }) => name === "default")
  );
}

function needsCertificate({ config }: CheckedFile): boolean {
  return config.daemon.port === 0 && config.daemon.tls?.authClients === "yes";
}

function protectedMode(file: CheckedFile): Finding[] {
  if (!file.config.daemon.protectedMode || hasPassword(file) || !listensToOthers(file)) return [];
  return [
    finding(
      file,
      { line: directiveLine(file, "protected-mode") },
      {
        code: "protected-from-peers",
        severity: "error",
        message:
          "protected-mode without requirepass refuses everybody from other machines, the other sentinels too: this one takes no part in failovers",
        help: "requirepass (the same on all sentinels), or protected-mode no behind a firewall",
      },
    ),
  ];
}

function boundToItself(file: CheckedFile): Finding[] {
  const hosts = boundHosts(file);
  const { masters } = file.config.sentinel;
  const elsewhere = [...otherHosts(file), ...masters.map(({ address }) => address.host)].find(
    (host) => !isLoopback(host),
  );
  if (hosts.length === 0 || !hosts.every(isLoopback) || elsewhere === undefined) return [];
  return [
    finding(
      file,
      { line: directiveLine(file, "bind") },
      {
        code: "bind-loopback",
        severity: "error",
        message: `this sentinel listens on ${hosts.join(" ")} only, and there are others on ${elsewhere}: they cannot ask it, so it takes no part in failovers`,
        help: "bind with the address that the others reach, or without a bind line all of them",
      },
    ),
  ];
}

function openDoor(file: CheckedFile): Finding[] {
  const { protectedMode: isProtected } = file.config.daemon;
  if (isProtected || hasPassword(file) || !listensToOthers(file) || needsCertificate(file))
    return [];
  const line = directiveLine(file, "bind") ?? directiveLine(file, "port");
  return [
    finding(
      file,
      { line },
      {
        code: "no-password",
        severity: "warning",
        message:
          "whoever reaches the port may do everything: name another master to your clients (SENTINEL MONITOR, SENTINEL SET), fail over, shut down",
        help: "requirepass (the same on all sentinels), users by ACL, tls-auth-clients, or a firewall that lets only sentinels and clients in",
      },
    ),
  ];
}

function scripts(file: CheckedFile): Finding[] {
  if (file.config.sentinel.denyScriptsReconfig) return [];
  const isOpen = !hasPassword(file) && listensToOthers(file) && !needsCertificate(file);
  return [
    finding(
      file,
      { line: sentinelLine(file, "deny-scripts-reconfig") },
      {
        code: "scripts-reconfigurable",
        severity: isOpen ? "error" : "warning",
        message: `deny-scripts-reconfig no: ${isOpen ? "anybody who reaches the port" : "every client that may SENTINEL SET"} can have this machine run a program of its choice`,
        help: "remove the line; change scripts in the file",
      },
    ),
  ];
}

function peersPassword(file: CheckedFile): Finding[] {
  const { daemon, sentinel, secrets } = file.config;
  const { sentinelPass, sentinelUser } = sentinel;
  const { requirePass } = daemon;
  if (sentinelUser !== undefined && sentinelPass === undefined && !secrets.has("sentinel-pass")) {
    return [
      finding(
        file,
        { line: sentinelLine(file, "sentinel-user") },
        {
          code: "sentinel-user-without-pass",
          severity: "warning",
          message: `sentinel-user ${sentinelUser} has no sentinel-pass: without a password nobody logs in to the other sentinels`,
          help: "sentinel sentinel-pass PASSWORD",
        },
      ),
    ];
  }
  if (requirePass === undefined || sentinelUser !== undefined) return [];
  if (sentinelPass === undefined && !secrets.has("sentinel-pass")) {
    return [
      finding(
        file,
        { line: directiveLine(file, "requirepass") },
        {
          code: "sentinel-pass-implied",
          severity: "note",
          message:
            "without sentinel-pass the other sentinels are given requirepass: all of them must have the same",
          help: "one requirepass for all sentinels, or sentinel sentinel-pass PASSWORD where theirs differs",
        },
      ),
    ];
  }
  if (sentinelPass === undefined || sentinelPass === requirePass) return [];
  return [
    finding(
      file,
      { line: sentinelLine(file, "sentinel-pass") },
      {
        code: "sentinel-pass-differs",
        severity: "warning",
        message:
          "this sentinel asks for one password (requirepass) and gives another to its peers (sentinel-pass): unless the peers differ too, they refuse it and it gets no votes",
        help: "the same password in both, on all sentinels",
      },
    ),
  ];
}

/** What the other sentinels send. */
const PEERS_COMMANDS: ReadonlySet<string> = new Set([
  "ping",
  "info",
  "publish",
  "subscribe",
  "sentinel",
  "auth",
]);

function renamed(file: CheckedFile): Finding[] {
  return file.config.renamedCommands.flatMap(({ command, newName, line }) =>
    PEERS_COMMANDS.has(command.toLowerCase())
      ? [
          finding(
            file,
            { line },
            {
              code: "peers-command-renamed",
              severity: "error",
              message: `the other sentinels send ${command.toUpperCase()}, which is ${newName === "" ? "taken away" : `called ${newName}`} here: for them this sentinel is down`,
              help: "remove the line; keep clients out by ACL users instead",
            },
          ),
        ]
      : [],
  );
}
