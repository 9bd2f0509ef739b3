import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GLOBAL_FORMS } from "../../src/wire/sentinel-conf/global-forms.ts";
import { MASTER_FORMS } from "../../src/wire/sentinel-conf/master-forms.ts";
import { parseSentinelConf } from "../../src/wire/sentinel-conf/sentinel-config.ts";

const LINES = readFileSync(new URL("../../sentinel.conf.example", import.meta.url), "utf8").split(
  "\n",
);

/** A setting that is off: the # stands right before the word. */
const OFF = /^#(?=[a-z])/;
const SETTINGS = LINES.filter((line) => OFF.test(line)).map((line) => line.replace(OFF, ""));

/** Settings that are unset unless somebody sets them: their lines show an example. */
const WITHOUT_DEFAULT =
  /^(unixsocket|unixsocketperm|requirepass|user|aclfile|rename-command|pidfile|bind-source-addr|sentinel (auth-pass|auth-user|notification-script|client-reconfig-script|rename-command|announce-ip|announce-port|sentinel-pass|sentinel-user)|vedette auth-pass-(file|env|next|next-file)|vedette (sentinel-pass-next|state-dir|http-bind|http-token-file|http-token-env|http-tls-cert-file|http-tls-key-file)) /;

function parse(...added: readonly string[]) {
  return parseSentinelConf({
    main: { name: "sentinel.conf.example", text: [...LINES, ...added].join("\n") },
    commandLine: "",
    include: () => ({ kind: "files", files: [] }),
    isExecutable: () => true,
  });
}

const AS_IT_STANDS = parse();

describe("sentinel.conf.example", () => {
  it("is a configuration as it stands", () => {
    expect(AS_IT_STANDS).toMatchObject({
      kind: "config",
      config: { sentinel: { masters: [{ name: "mymaster", quorum: 2 }] } },
    });
  });

  it("is one with every setting switched on", () => {
    expect(parse(...SETTINGS)).toMatchObject({ kind: "config" });
  });

  it.each(SETTINGS.filter((line) => !WITHOUT_DEFAULT.test(line)))(
    "shows the default: %s",
    (line) => {
      expect(parse(line)).toEqual(AS_IT_STANDS);
    },
  );

  it.each(SETTINGS.filter((line) => WITHOUT_DEFAULT.test(line)))("shows an example: %s", (line) => {
    const result = parse(line);
    expect(result.kind).toBe("config");
    expect(result).not.toEqual(AS_IT_STANDS);
  });

  it.each([...GLOBAL_FORMS.keys(), ...MASTER_FORMS.keys()])("mentions %s", (setting) => {
    expect(LINES.join("\n")).toContain(setting);
  });
});
