import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Tls } from "../../../src/shell/tls/tls.ts";
import type { ParameterValues } from "../../../src/wire/conf/redis-parameters.ts";
import { until, within } from "../listener/deadline.ts";
import { TestDaemon } from "../listener/test-daemon.ts";
import { CertificateAuthority, EXPIRED, type IssuedFiles } from "./certificates.ts";
import { settingsWith } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "vedette-tls-"));
const authority = new CertificateAuthority(folder);
const stranger = new CertificateAuthority(folder, "stranger");
const known = authority.issue("client");
const unknown = stranger.issue("unknown");
const expired = authority.issue("expired", { validity: EXPIRED });

const daemons: TestDaemon[] = [];
const opened: Tls[] = [];
const sockets: TLSSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const tls of opened.splice(0)) tls.stop();
  for (const daemon of daemons.splice(0)) await daemon.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Secured {
  readonly daemon: TestDaemon;
  readonly tls: Tls;
  readonly files: IssuedFiles;
  readonly log: string[];
}

/** A daemon that listens on an encrypted port only. */
async function secured(lines: Partial<ParameterValues> = {}): Promise<Secured> {
  const files = authority.issue("server");
  const log: string[] = [];
  const settings = settingsWith({
    "tls-cert-file": files.cert,
    "tls-key-file": files.key,
    "tls-ca-cert-file": authority.cert,
    ...lines,
  });
  const tls = new Tls(settings, { log: (level, message) => log.push(`${level}: ${message}`) });
  opened.push(tls);
  const daemon = await TestDaemon.start({ port: 0, tls: { port: "ephemeral", door: tls } });
  daemons.push(daemon);
  return { daemon, tls, files, log };
}

function client(daemon: TestDaemon, options: ConnectionOptions = {}): TLSSocket {
  const socket = connect({
    host: "127.0.0.1",
    port: daemon.listener.tlsPort,
    ca: authority.pem,
    checkServerIdentity: () => undefined,
    ...options,
  });
  sockets.push(socket);
  socket.on("error", () => undefined);
  return socket;
}

function shows({ cert, key }: IssuedFiles): ConnectionOptions {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

/** What comes back for an ECHO; `closed` when the connection ends first. */
async function echo(socket: TLSSocket, word: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    socket.once("data", (bytes: Buffer) => resolve(bytes.toString()));
    socket.once("close", () => resolve("closed"));
  });
  socket.write(`ECHO ${word}\r\n`);
  return within(answer, "an answer to ECHO");
}

describe("clients of an encrypted port", () => {
  it.each<[string, ParameterValues["tls-auth-clients"], ConnectionOptions, boolean]>([
    ["a certificate where one is needed", "yes", shows(known), true],
    ["none where one is needed", "yes", {}, false],
    ["one of another authority where one is needed", "yes", shows(unknown), false],
    ["an expired one where one is needed", "yes", shows(expired), false],
    ["none where that is allowed", "optional", {}, true],
    ["a certificate where none is needed", "optional", shows(known), true],
    ["one of another authority where none is needed", "optional", shows(unknown), false],
    ["none where nobody asks", "no", {}, true],
    ["one of another authority where nobody asks", "no", shows(unknown), true],
  ])("shows %s (%s)", async (_, authClients, options, isIn) => {
    const { daemon } = await secured({ "tls-auth-clients": authClients });
    const answer = await echo(client(daemon, options), "hello");
    expect(answer).toBe(isIn ? "$5\r\nhello\r\n" : "closed");
    if (isIn) return;
    await until(() => daemon.log.length > 0, "a line in the log");
    expect(daemon.log).toEqual([
      expect.stringMatching(
        /^warning: Error accepting a client connection: (peer did not return a certificate|certificate verify failed \([A-Z_]+\))$/,
      ),
    ]);
    expect(daemon.connected).toHaveLength(0);
  });

  it.each<[string, Partial<ParameterValues>, ConnectionOptions, string]>([
    ["TLS 1.2 where that is all", { "tls-protocols": "TLSv1.2" }, {}, "TLSv1.2"],
    ["TLS 1.3 where that is all", { "tls-protocols": "TLSv1.3" }, {}, "TLSv1.3"],
    ["the newest that both have", {}, { maxVersion: "TLSv1.2" }, "TLSv1.2"],
    ["nothing", { "tls-protocols": "TLSv1.3" }, { maxVersion: "TLSv1.2" }, "closed"],
  ])("speaks %s", async (_, lines, options, spoken) => {
    const { daemon } = await secured({ ...lines, "tls-auth-clients": "no" });
    const socket = client(daemon, options);
    const answer = await echo(socket, "x");
    expect(answer === "closed" ? answer : socket.getProtocol()).toBe(spoken);
  });

  it("speaks the suite that is configured", async () => {
    const suite = "TLS_CHACHA20_POLY1305_SHA256";
    const { daemon } = await secured({ "tls-ciphersuites": suite, "tls-auth-clients": "no" });
    const socket = client(daemon);
    await echo(socket, "x");
    expect(socket.getCipher().name).toBe(suite);
  });

  it("is closed, and said so, when it does not encrypt", async () => {
    const { daemon } = await secured();
    const socket = connectPlain({ host: "127.0.0.1", port: daemon.listener.tlsPort });
    socket.on("error", () => undefined);
    socket.write("PING\r\n");
    await within(once(socket, "close"), "the end of a plain connection");
    await until(() => daemon.log.length > 0, "a line in the log");
    expect(daemon.log[0]).toContain("wrong version number");
  });

  it("is closed before its handshake when it is one too many", async () => {
    const { daemon } = await secured({ "tls-auth-clients": "no" });
    daemon.settings.maxClients = 1;
    expect(await echo(client(daemon), "first")).toContain("first");
    expect(await echo(client(daemon), "second")).toBe("closed");
    expect(daemon.listener.stats.connectionsRejected).toBe(1);
  });

  it("frees its place when it leaves in the middle of a handshake", async () => {
    const { daemon } = await secured({ "tls-auth-clients": "no" });
    daemon.settings.maxClients = 1;
    const half = connectPlain({ host: "127.0.0.1", port: daemon.listener.tlsPort });
    half.on("error", () => undefined);
    await within(once(half, "connect"), "a connection");
    half.end(Buffer.from([0x16, 0x03]));
    await until(() => daemon.log.length > 0, "the end of the handshake");
    expect(await echo(client(daemon), "next")).toContain("next");
  });

  it("gets its replies when it has said its last word", async () => {
    const { daemon } = await secured({ "tls-auth-clients": "no" });
    const socket = client(daemon);
    await echo(socket, "first");
    socket.write("OWE\r\n");
    socket.end("ECHO last\r\n");
    await until(() => daemon.owed.length === 1, "the request");
    let received = "";
    socket.on("data", (bytes: Buffer) => {
      received += bytes.toString();
    });
    daemon.owed[0]?.write((writer) => writer.simple("paid"));
    await until(() => received.includes("last"), "both replies");
    expect(received).toBe("+paid\r\n$4\r\nlast\r\n");
  });

  it("gets a long reply whole", async () => {
    const { daemon } = await secured({ "tls-auth-clients": "no" });
    const socket = client(daemon);
    socket.write("BLOB 3000000\r\n");
    let bytes = 0;
    socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
    await until(() => bytes >= 3_000_012, "a reply of 3 MB");
    expect(bytes).toBe(3_000_012);
  });
});

/** The number of the certificate that a new client is shown. */
async function shownTo(daemon: TestDaemon): Promise<string> {
  const socket = client(daemon);
  await within(once(socket, "secureConnect"), "a handshake");
  return socket.getPeerX509Certificate()?.serialNumber ?? "none";
}

describe("certificates that change", () => {
  it("are shown to new clients, and the old ones stay", async () => {
    const { daemon, tls, files, log } = await secured({ "tls-auth-clients": "no" });
    const old = client(daemon);
    await echo(old, "before");
    const before = await shownTo(daemon);
    const next = authority.make("server");
    writeFileSync(files.cert, next.cert);
    writeFileSync(files.key, next.key);
    tls.reload();
    expect(await shownTo(daemon)).not.toBe(before);
    expect(await echo(old, "after")).toContain("after");
    expect(log).toEqual(["notice: TLS certificates were read again: new connections use them"]);
  });

  it("stay as they were while the new ones do not fit", async () => {
    const { daemon, tls, files, log } = await secured({ "tls-auth-clients": "no" });
    const before = await shownTo(daemon);
    const next = authority.make("server");
    writeFileSync(files.cert, next.cert);
    tls.reload();
    expect(log).toEqual([
      expect.stringMatching(
        /^warning: TLS files have changed but cannot be used: .*does not belong/,
      ),
      "warning: TLS goes on with the certificates that were read before",
    ]);
    expect(await shownTo(daemon)).toBe(before);
    writeFileSync(files.key, next.key);
    tls.reload();
    expect(await shownTo(daemon)).not.toBe(before);
  });

  it("are no news when the files hold the same", async () => {
    const { tls, files, log } = await secured();
    writeFileSync(files.cert, readFileSync(files.cert));
    tls.reload();
    expect(log).toEqual([]);
  });

  it("count for whom we trust, too", async () => {
    const trusted = join(folder, "trusted.crt");
    writeFileSync(trusted, authority.pem);
    const { daemon, tls } = await secured({ "tls-ca-cert-file": trusted });
    expect(await echo(client(daemon, shows(unknown)), "x")).toBe("closed");
    writeFileSync(trusted, authority.pem + stranger.pem);
    tls.reload();
    expect(await echo(client(daemon, shows(unknown)), "x")).toContain("x");
    expect(await echo(client(daemon, shows(known)), "y")).toContain("y");
  });
});

describe("settings that change", () => {
  it("hold for the next client", async () => {
    const { daemon, tls } = await secured();
    expect(await echo(client(daemon), "x")).toBe("closed");
    tls.change({ ...tls.settings, authClients: "no" });
    expect(await echo(client(daemon), "y")).toContain("y");
  });

  it("are forgotten when they cannot be used", async () => {
    const { daemon, tls } = await secured({ "tls-auth-clients": "no" });
    const { settings } = tls;
    expect(() => tls.change({ ...settings, certFile: "/nope" })).toThrow(
      "Failed to load certificate: /nope: No such file or directory",
    );
    expect(tls.settings).toBe(settings);
    expect(await echo(client(daemon), "x")).toContain("x");
  });
});

async function attempt(
  from: Partial<ParameterValues>,
  to: Partial<ParameterValues>,
): Promise<string> {
  const { daemon } = await secured(to);
  const dialer = await secured(from);
  const socket = dialer.tls.connect({
    host: "127.0.0.1",
    port: daemon.listener.tlsPort,
    noDelay: true,
  });
  sockets.push(socket);
  let fault = "closed";
  socket.on("error", (cause: Error) => {
    fault = cause.message;
  });
  const answer = await echo(socket, "x");
  return answer === "closed" ? fault : answer;
}

describe("connections that we make", () => {
  it("show our certificate, to a server that needs one and whose name is another", async () => {
    expect(await attempt({}, {})).toContain("x");
  });

  it("show the pair for outgoing links where there is one", async () => {
    const lines = { "tls-client-cert-file": unknown.cert, "tls-client-key-file": unknown.key };
    expect(await attempt(lines, {})).not.toContain("$1");
    expect(await attempt(lines, { "tls-auth-clients": "no" })).toContain("$1");
  });

  it("refuse a server of another authority", async () => {
    const forged = { "tls-cert-file": unknown.cert, "tls-key-file": unknown.key };
    expect(await attempt({}, forged)).toBe("unable to verify the first certificate");
  });

  it("refuse a server whose certificate has expired", async () => {
    const lines = { "tls-cert-file": expired.cert, "tls-key-file": expired.key };
    expect(await attempt({}, lines)).toBe("certificate has expired");
  });
});
