import { afterEach, expect, it } from "vitest";
import { CertificateAuthority } from "../shell/tls/certificates.ts";
import { Lab } from "./harness/lab.ts";
import { describePairs, untilInSync } from "./harness/replication.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

describePairs("replication over encrypted links", (pair) => {
  it("copies all, streams on, and survives a link that is cut", async () => {
    const authority = new CertificateAuthority(lab.folder("certificates"));
    const tls = { authority: authority.cert, ...authority.issue("all") };
    const master = await lab.dataServer("master", { kind: pair.master, tls });
    await master.command("SET", "large", Buffer.alloc(3_000_000, "x"));
    const proxy = await lab.proxyTo(master);
    const replica = await lab.dataServer("replica", {
      kind: pair.replica,
      settings: { replicaof: `127.0.0.1 ${proxy.port}` },
      tls,
    });
    await untilInSync(lab, master, replica);
    expect(await replica.command("STRLEN", "large")).toBe(3_000_000);
    // What listens where is told as the encrypted port.
    expect((await master.info("replication"))["slave0"]).toContain(`port=${replica.port}`);

    proxy.cut();
    await master.command("SET", "later", "on");
    await untilInSync(lab, master, replica);
    expect(await replica.text("GET", "later")).toBe("on");
    expect((await master.info("stats"))["sync_full"]).toBe("1");
  });

  it("does not come about where one does not trust the other", async () => {
    const authority = new CertificateAuthority(lab.folder("certificates"));
    const others = new CertificateAuthority(lab.folder("certificates"), "others");
    const master = await lab.dataServer("master", {
      kind: pair.master,
      tls: { authority: authority.cert, ...authority.issue("master") },
    });
    const replica = await lab.dataServer("replica", {
      kind: pair.replica,
      settings: { replicaof: `127.0.0.1 ${master.port}` },
      tls: { authority: others.cert, ...others.issue("replica") },
    });
    await lab.until({
      name: "the replica says why",
      look: () => replica.process.log,
      holds: (log) =>
        /self-signed certificate in certificate chain|certificate verify failed/.test(log),
    });
    expect((await replica.info("replication"))["master_link_status"]).toBe("down");
  });
});
