import { type Address, formatAddress, sameAddress } from "../base/address.ts";
import type { DurableMaster } from "../wire/sentinel-conf/durable-sentinel.ts";
import { type CheckedFile, finding, masterPlace, type Rule, sentinelLine } from "./checked-file.ts";
import type { Finding } from "./finding.ts";
import { isLoopback, isName, isOfDockerBridge, isWildcard } from "./hosts.ts";

/** Whether everybody who is told an address can reach it. */
export const addressRules: Rule = (file) => [
  ...file.config.sentinel.masters.flatMap((master) => [
    ...loopbackMaster(file, master),
    ...dockerAddresses(file, master),
  ]),
  ...sharedAddresses(file),
  ...names(file),
  ...announced(file),
];

/** Hosts of others, which are no use as loopback addresses. */
export function otherHosts(file: CheckedFile): string[] {
  return file.config.sentinel.masters.flatMap(({ replicas, sentinels }) => [
    ...replicas.map(({ host }) => host),
    ...sentinels.map(({ address }) => address.host),
  ]);
}

function loopbackMaster(file: CheckedFile, master: DurableMaster): Finding[] {
  const { address, name, replicas, sentinels } = master;
  if (!isLoopback(address.host)) return [];
  const others = [
    ...replicas.map(({ host }) => host),
    ...sentinels.map((each) => each.address.host),
  ];
  const { announceIp } = file.config.sentinel;
  if (announceIp !== undefined) others.push(announceIp);
  const elsewhere = others.find((host) => !isLoopback(host));
  if (elsewhere === undefined && others.length > 0) return [];
  const where = formatAddress(address);
  return [
    finding(file, masterPlace(file, master, "monitor"), {
      code: "loopback-master",
      severity: elsewhere === undefined ? "warning" : "error",
      message:
        elsewhere === undefined
          ? `${where} is, for each sentinel, client and replica, its own machine: with ${name} on more than one machine they will not find it`
          : `${where} is, for each sentinel, client and replica, its own machine, but ${elsewhere} is another one: it is told of a master that it cannot reach`,
      help: `the address of the master's machine that the others can reach, in this line and in the servers' replica-announce-ip`,
    }),
  ];
}

function dockerAddresses(file: CheckedFile, master: DurableMaster): Finding[] {
  const { address, replicas, sentinels } = master;
  const known = [...replicas, ...sentinels.map((each) => each.address)];
  const inside = known.find(({ host }) => isOfDockerBridge(host));
  if (inside === undefined || isOfDockerBridge(address.host)) return [];
  return [
    finding(file, masterPlace(file, master, "known-replica"), {
      code: "container-address",
      severity: "warning",
      message: `${formatAddress(inside)} is an address of Docker's own network, which no other machine reaches, while ${formatAddress(address)} is outside: a promotion would lead clients nowhere`,
      help: "sentinel announce-ip and announce-port, replica-announce-ip and -port on the servers, or the host's network",
    }),
  ];
}

interface Called {
  readonly master: DurableMaster;
  readonly address: Address;
}

function sharedAddresses(file: CheckedFile): Finding[] {
  const { masters } = file.config.sentinel;
  const found: Finding[] = [];
  const seen: Called[] = [];
  for (const master of masters) {
    const same = seen.find(({ address }) => sameAddress(address, master.address));
    if (same !== undefined) {
      found.push(
        finding(file, masterPlace(file, master, "monitor"), {
          code: "same-master-twice",
          severity: "error",
          message: `${formatAddress(master.address)} is monitored as ${same.master.name} and as ${master.name}: each name fails it over by itself, and they undo each other's promotions`,
          help: "one name for one master",
        }),
      );
    }
    seen.push({ master, address: master.address });
  }
  for (const [index, master] of masters.entries()) {
    for (const address of master.replicas) {
      const other = masters.find(
        (each, place) =>
          place !== index &&
          (sameAddress(each.address, address) ||
            (place < index && each.replicas.some((replica) => sameAddress(replica, address)))),
      );
      if (other === undefined || sameAddress(other.address, master.address)) continue;
      found.push(
        finding(file, masterPlace(file, master, "known-replica"), {
          code: "replica-of-two",
          severity: "warning",
          message: `${formatAddress(address)} is known as a replica of ${master.name} and belongs to ${other.name}: an address that was given to another server, which either group may overwrite with its own data`,
          help: `SENTINEL RESET ${master.name} on each sentinel once the replica is in one group only`,
        }),
      );
    }
  }
  return found;
}

function names(file: CheckedFile): Finding[] {
  const { resolveHostnames, announceHostnames, announceIp, masters } = file.config.sentinel;
  const found: Finding[] = [];
  if (announceHostnames && !resolveHostnames) {
    found.push(
      finding(
        file,
        { line: sentinelLine(file, "announce-hostnames") },
        {
          code: "announce-without-resolve",
          severity: "warning",
          message:
            "announce-hostnames without resolve-hostnames: no names are taken, so none can be announced",
          help: "sentinel resolve-hostnames yes",
        },
      ),
    );
  }
  if (announceIp !== undefined && isName(announceIp) && !resolveHostnames) {
    found.push(
      finding(
        file,
        { line: sentinelLine(file, "announce-ip") },
        {
          code: "announce-name-without-resolve",
          severity: "error",
          message: `the other sentinels are told of a name, ${announceIp}, and without resolve-hostnames they drop what they cannot read as an address: this sentinel gets no votes and gives none`,
          help: "an IP address, or sentinel resolve-hostnames yes on all of them",
        },
      ),
    );
  }
  const named = masters.find(({ address }) => isName(address.host));
  if (named !== undefined && resolveHostnames && !announceHostnames) {
    found.push(
      finding(file, masterPlace(file, named, "monitor"), {
        code: "name-not-announced",
        severity: file.config.daemon.tls === undefined ? "note" : "warning",
        message: `${named.name} is monitored by its name ${named.address.host}, but clients and sentinels are told IP addresses: names that move, and certificates for names, do not fit these`,
        help: "sentinel announce-hostnames yes on all sentinels, and replica-announce-ip NAME on the servers",
      }),
    );
  }
  return found;
}

function announced(file: CheckedFile): Finding[] {
  const { announceIp, announcePort } = file.config.sentinel;
  const line = sentinelLine(file, "announce-ip");
  if (announceIp === undefined && announcePort !== 0) {
    return [
      finding(
        file,
        { line: sentinelLine(file, "announce-port") },
        {
          code: "announce-port-without-ip",
          severity: "warning",
          message: `port ${announcePort} is announced with the address of this machine's own connection: where a port is mapped, the address usually is too`,
          help: "sentinel announce-ip ADDRESS beside it",
        },
      ),
    ];
  }
  if (announceIp === undefined) return [];
  if (isWildcard(announceIp)) {
    return [
      finding(
        file,
        { line },
        {
          code: "announce-wildcard",
          severity: "error",
          message: `the other sentinels are told to reach this one at ${announceIp}, which is no address to connect to`,
          help: "the address of this machine that the others can reach",
        },
      ),
    ];
  }
  const elsewhere = otherHosts(file).find((host) => !isLoopback(host));
  if (!isLoopback(announceIp) || elsewhere === undefined) return [];
  return [
    finding(
      file,
      { line },
      {
        code: "announce-loopback",
        severity: "error",
        message: `${elsewhere} is told to reach this sentinel at ${announceIp}, where it finds itself`,
        help: "the address of this machine that the others can reach",
      },
    ),
  ];
}
