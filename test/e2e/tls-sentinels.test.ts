import { renameSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CertificateAuthority } from "../shell/tls/certificates.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind, realProgram } from "./harness/programs.ts";
import { cliArguments, type TlsFiles } from "./harness/tls-files.ts";
import {
  followersOf,
  MASTER_NAME,
  newMasterAfter,
  sentinelAwareClient,
  startGroup,
  type WatchedGroup,
} from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

let authority: CertificateAuthority;
beforeEach(() => {
  authority = new CertificateAuthority(lab.folder("certificates"));
});

function issue(name: string): TlsFiles {
  return { authority: authority.cert, ...authority.issue(name) };
}

/** As a renewal does it: each file is replaced as a whole, one after the other. */
function renew({ cert, key }: TlsFiles): void {
  const next = authority.make("renewed");
  for (const [path, text] of [
    [cert, next.cert],
    [key, next.key],
  ] as const) {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
}

async function crashAndFollow(group: WatchedGroup): Promise<void> {
  const [master] = group.servers;
  await master.crash();
  const promoted = await newMasterAfter(lab, group, master);
  await followersOf(lab, group, promoted);
}

describeWithReal(
  ["redis-server", "redis-sentinel", "redis-cli"],
  "sentinels and servers that encrypt everything, both sides with certificates",
  () => {
    it("fail over, also after their certificates were renewed while clients wrote", async () => {
      const tls = issue("all");
      const sentinels: readonly Kind[] = ["vedette", "vedette", "vedette"];
      const group = await startGroup(lab, { data: "redis", sentinels, tls });
      const client = sentinelAwareClient(group);
      try {
        let writes = 0;
        const enough = new AbortController();
        const writer = (async () => {
          for (; !enough.signal.aborted; writes++) await client.set("count", writes);
        })();
        renew(tls);
        await lab.until({
          name: "every sentinel has read its new certificate",
          look: () =>
            group.sentinels.filter(({ process }) =>
              process.log.includes("TLS certificates were read again"),
            ).length,
          holds: (count) => count === 3,
        });
        const before = writes;
        await lab.until({
          name: "writes go on",
          look: () => writes,
          holds: (n) => n > before + 100,
        });
        enough.abort();
        await writer;
        for (const { process } of group.sentinels) {
          const afterRenewal = process.log.split("TLS certificates were read again")[1];
          expect(afterRenewal).not.toContain("sdown");
        }
        await crashAndFollow(group);
        await client.set("after", "the crash");
      } finally {
        client.disconnect();
      }
    });

    it("fail over in one quorum with a real redis-sentinel", async () => {
      const sentinels: readonly Kind[] = ["vedette", "vedette", "redis"];
      const tls = issue("all");
      const group = await startGroup(lab, { data: "redis", sentinels, tls, downAfterMs: 2500 });
      await crashAndFollow(group);
    });

    it("answer redis-cli with a certificate, and nobody without", async () => {
      const tls = issue("all");
      const sentinel = await lab.sentinel("sentinel", { kind: "vedette", config: [], tls });
      async function cli(...args: readonly string[]): Promise<string> {
        const command = ["-p", String(sentinel.port), ...args, "PING"];
        const ended = await lab.run("redis-cli", realProgram("redis-cli"), command);
        await ended.exited;
        return ended.log;
      }
      expect(await cli(...cliArguments(tls))).toContain("PONG");
      const others = new CertificateAuthority(lab.folder("certificates"), "others");
      const forged = { authority: authority.cert, ...others.issue("forged") };
      expect(await cli(...cliArguments(forged))).not.toContain("PONG");
      expect(await cli("--tls", "--cacert", authority.cert)).not.toContain("PONG");
      expect(await cli()).not.toContain("PONG");
      const reasons = [
        "peer did not return a certificate",
        "certificate verify failed",
        "wrong version number",
      ];
      await lab.until({
        name: "the log says why each was turned away",
        look: () => Promise.resolve(sentinel.process.log),
        holds: (log) => reasons.every((reason) => log.includes(reason)),
        withinMs: 10_000,
      });
    });

    it("say once why a server cannot be trusted", async () => {
      const others = new CertificateAuthority(lab.folder("certificates"), "others");
      const stranger = { authority: others.cert, ...others.issue("stranger") };
      const master = await lab.dataServer("master", { kind: "redis", tls: stranger });
      const sentinel = await lab.sentinel("sentinel", {
        kind: "vedette",
        config: [
          `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 1`,
          `sentinel down-after-milliseconds ${MASTER_NAME} 1000`,
        ],
        tls: issue("sentinel"),
      });
      await lab.until({
        name: "the master is down for the sentinel",
        look: () => sentinel.process.log,
        holds: (log) => log.includes(`"event":"+sdown"`),
      });
      const reasons = sentinel.process.log.split(
        "TLS: self-signed certificate in certificate chain",
      );
      expect(reasons).toHaveLength(2);
    });
  },
);
