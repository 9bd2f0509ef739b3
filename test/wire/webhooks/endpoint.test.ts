import { describe, expect, it } from "vitest";
import { readEndpoint, shownAddress, wants } from "../../../src/wire/webhooks/endpoint.ts";

function read(line: string) {
  return readEndpoint(line.split(" "));
}

function endpoint(line: string) {
  const result = read(line);
  if (!result.ok) throw new Error(result.expected);
  return result.endpoint;
}

describe("a line `vedette webhook …`", () => {
  it("has what is usual where it says nothing", () => {
    expect(endpoint("pager https://example.com/hook secret-file /run/secret")).toEqual({
      name: "pager",
      address: { kind: "url", url: "https://example.com/hook" },
      format: "standard",
      events: [],
      masters: [],
      secret: { kind: "file", path: "/run/secret" },
      oldSecret: undefined,
      hubSignature: false,
      allowPrivate: false,
      holdMs: 30_000,
    });
  });

  it("says all there is to say", () => {
    const line =
      "a https://e.org events master.*,failover.* masters cache?,main secret-env NEW old-secret-env OLD hub-signature yes allow-private yes hold 5";
    expect(endpoint(line)).toMatchObject({
      events: ["master.*", "failover.*"],
      masters: ["cache?", "main"],
      secret: { kind: "environment", name: "NEW" },
      oldSecret: { kind: "environment", name: "OLD" },
      hubSignature: true,
      allowPrivate: true,
      holdMs: 5000,
    });
    expect(endpoint("s file:/run/slack format slack").address).toEqual({
      kind: "file",
      path: "/run/slack",
    });
  });

  it.each([
    ["../x https://e.org", "a name of letters, digits, '-' and '_' (64 at most)"],
    ["a ftp://e.org", "an address that begins with http:// or https://"],
    ["a https://user:pw@e.org secret-env A", "an address without a user and password in it"],
    ["a http://[ format slack", "an address that can be read as a URL"],
    ["a http://h:99999/ format slack", "an address that can be read as a URL"],
    ["a https://e.org", "secret-file or secret-env, to sign with"],
    ["a https://e.org format pagerduty", "secret-file or secret-env with the routing key"],
    ["a https://e.org format pager", "format: one of standard, slack, pagerduty, alertmanager"],
    ["a https://e.org format", "a value behind 'format'"],
    ["a https://e.org hold 1 hold 2", "'hold' only once"],
    ["a https://e.org secret-env 1A", "secret-env: the name of a variable"],
    ["a https://e.org hold 3601", "hold: whole seconds of 0..3600"],
    ["a https://e.org allow-private maybe", "allow-private: yes or no"],
  ])("is refused: %s", (line, expected) => {
    expect(read(line)).toEqual({ ok: false, expected });
  });

  it("names every option when it does not know one", () => {
    expect(read("a https://e.org colour red")).toMatchObject({
      expected: expect.stringContaining("[hold <seconds>]") as string,
    });
  });

  it.each([
    ["https://e.org:8443/T0/secret?token=secret", "https://e.org:8443"],
    ["file:/run/slack", "file:/run/slack"],
  ])("shows of %s no more than %s", (address, shown) => {
    expect(shownAddress(endpoint(`a ${address} format slack`))).toBe(shown);
  });

  it("filters by type and master", () => {
    const picky = endpoint("a https://e.org format slack events master.*,tilt.* masters cache*");
    expect(wants(picky, { type: "master.odown", master: "cache1" })).toBe(true);
    expect(wants(picky, { type: "master.odown", master: "main" })).toBe(false);
    expect(wants(picky, { type: "replica.sdown", master: "cache1" })).toBe(false);
    expect(wants(picky, { type: "tilt.entered", master: undefined })).toBe(true);
  });
});
