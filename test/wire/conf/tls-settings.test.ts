import { describe, expect, it } from "vitest";
import { INITIAL_VALUES, type ParameterValues } from "../../../src/wire/conf/redis-parameters.ts";
import { parseTlsProtocols } from "../../../src/wire/conf/tls-protocols.ts";
import { announcedPort, tlsSettings } from "../../../src/wire/conf/tls-settings.ts";

function values(lines: Partial<ParameterValues>): ParameterValues {
  return { ...INITIAL_VALUES, port: 6379, ...lines };
}

describe("tls-… lines", () => {
  it.each<[string, Partial<ParameterValues>, boolean]>([
    ["nothing", {}, false],
    ["certificates alone", { "tls-cert-file": "/x", "tls-key-file": "/y" }, false],
    ["a port", { "tls-port": 6380 }, true],
    ["links", { "tls-replication": true }, true],
    ["cluster links, which there are none of", { "tls-cluster": true }, true],
  ])("%s: whether anything is encrypted", (_, lines, isOn) => {
    expect(tlsSettings(values(lines)) !== undefined).toBe(isOn);
  });

  it.each<[string, Partial<ParameterValues>, number]>([
    ["no TLS", {}, 6379],
    ["both ports, plain links", { "tls-port": 6380 }, 6379],
    ["both ports, encrypted links", { "tls-port": 6380, "tls-replication": true }, 6380],
    ["encrypted links without a port for them", { "tls-replication": true }, 6379],
    ["nothing but TLS", { port: 0, "tls-port": 6380, "tls-replication": true }, 6380],
  ])("%s: the port that others are told", (_, lines, port) => {
    expect(announcedPort(values(lines))).toBe(port);
  });

  it.each<[string, readonly string[] | undefined]>([
    ["TLSv1.3", ["TLSv1.3"]],
    ["tlsv1.3  TLSv1.2", ["TLSv1.2", "TLSv1.3"]],
    ["TLSv1.3 TLSv1 TLSv1.3", ["TLSv1", "TLSv1.3"]],
    ["TLSv1.3,TLSv1.2", undefined],
    ["SSLv3", undefined],
    [" ", undefined],
  ])("protocols '%s'", (text, protocols) => {
    expect(parseTlsProtocols(text)).toEqual(protocols);
  });
});
