import type { DurableMaster } from "../wire/sentinel-conf/durable-sentinel.ts";
import { type CheckedFile, finding, masterPlace, type Rule } from "./checked-file.ts";
import type { Finding } from "./finding.ts";
import { formatAddress } from "../base/address.ts";
import { isLoopback } from "./hosts.ts";
import { majorityOf, votersOf } from "./voters.ts";

/** Whether enough sentinels can agree, and whether enough of them may fail. */
export const quorumRules: Rule = (file) =>
  file.config.sentinel.masters.flatMap((master) => [
    ...quorumOf(file, master),
    ...numberOfSentinels(file, master),
    ...placement(file, master),
  ]);

function quorumOf(file: CheckedFile, master: DurableMaster): Finding[] {
  const { quorum, name } = master;
  const voters = votersOf(file, master);
  const place = masterPlace(file, master, "monitor");
  if (voters === undefined) {
    const line = finding(file, place, {
      code: "sentinels-unknown",
      severity: "note",
      message: `the file knows no other sentinel of ${name} yet, so nobody can say whether quorum ${quorum} fits`,
      help: "say how many there will be: vedette check --sentinels 3, or check the files of all of them together",
    });
    return quorum === 1 ? [ofOne(file, master), line] : [line];
  }
  const majority = majorityOf(voters);
  if (quorum > voters) {
    return [
      finding(file, place, {
        code: "quorum-above-voters",
        severity: "error",
        message: `quorum ${quorum} of ${name} is more than the ${voters} sentinels there are: they never agree that it is down`,
        help: `quorum ${majority}, the majority of ${voters}`,
      }),
    ];
  }
  if (quorum === voters && voters > 1) {
    return [
      finding(file, place, {
        code: "quorum-of-all",
        severity: "warning",
        message: `quorum ${quorum} of ${name} needs all ${voters} sentinels: while one of them is down there is no failover`,
        help: `quorum ${majority}, the majority of ${voters}`,
      }),
    ];
  }
  if (quorum === 1 && voters > 1) return [ofOne(file, master)];
  if (quorum >= majority) return [];
  return [
    finding(file, place, {
      code: "quorum-below-majority",
      severity: "note",
      message: `quorum ${quorum} of ${name} is less than the majority of ${voters}: ${quorum} sentinels with a bad network begin a failover that the others, who still see the master, vote for`,
      help: `quorum ${majority} unless that is what you want`,
    }),
  ];
}

function ofOne(file: CheckedFile, master: DurableMaster): Finding {
  return finding(file, masterPlace(file, master, "monitor"), {
    code: "quorum-of-one",
    severity: "warning",
    message: `with quorum 1 a single sentinel that loses its way to ${master.name} begins a failover of a healthy master`,
    help: "quorum 2 with three sentinels, 3 with five",
  });
}

function numberOfSentinels(file: CheckedFile, master: DurableMaster): Finding[] {
  const voters = votersOf(file, master);
  const place = masterPlace(file, master, "monitor");
  if (voters === 1 || voters === 2) {
    const why =
      voters === 1
        ? "when it fails, nobody acts"
        : "a failover needs both, so that with one of them gone (often with the master, on the same machine) there is none";
    return [
      finding(file, place, {
        code: "too-few-sentinels",
        severity: "warning",
        message: `${voters === 1 ? "one sentinel" : "two sentinels"} for ${master.name}: ${why}`,
        help: "three sentinels on three machines",
      }),
    ];
  }
  if (voters === undefined || voters % 2 === 1) return [];
  return [
    finding(file, place, {
      code: "even-sentinels",
      severity: "note",
      message: `${voters} sentinels of ${master.name} survive as many failures as ${voters - 1}, and a network that splits in halves leaves no majority anywhere`,
      help: `${voters + 1} or ${voters - 1} sentinels; one that is gone for good still counts until SENTINEL RESET`,
    }),
  ];
}

/** Sentinels that die with one machine. Only those whose hosts are known are looked at. */
function placement(file: CheckedFile, master: DurableMaster): Finding[] {
  const { announceIp } = file.config.sentinel;
  const hosts = master.sentinels.map(({ address }) => address.host);
  if (announceIp !== undefined) hosts.push(announceIp);
  const voters = votersOf(file, master);
  if (voters === undefined || voters < 3 || hosts.every(isLoopback)) return [];
  const majority = majorityOf(voters);
  for (const host of new Set(hosts)) {
    const count = hosts.filter((other) => other === host).length;
    if (voters - count >= majority) continue;
    const isWithMaster = master.address.host === host;
    return [
      finding(file, masterPlace(file, master, "known-sentinel"), {
        code: "sentinels-share-host",
        severity: "warning",
        message: `${count} of the ${voters} sentinels of ${master.name} are on ${host}: without that machine the others have no majority of ${majority}${isWithMaster ? `, and the master ${formatAddress(master.address)} is on it too` : ""}`,
        help: "one sentinel a machine, and no more than a minority in one place",
      }),
    ];
  }
  return [];
}
