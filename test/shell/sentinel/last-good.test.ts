import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfiguration } from "../../../src/shell/sentinel/configuration.ts";
import { damagedPath, lastGoodPath } from "../../../src/shell/sentinel/last-good.ts";

const GOOD = `port 26379
sentinel monitor m 127.0.0.1 6379 2
sentinel myid ${"a".repeat(40)}
sentinel leader-epoch m 9
sentinel current-epoch 9
`;

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "vedette-last-good-"));
  path = join(dir, "sentinel.conf");
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function start(text: string, copy?: string) {
  writeFileSync(path, text);
  if (copy !== undefined) writeFileSync(lastGoodPath(path), copy);
  return readConfiguration({ file: path, text: "" });
}

describe("a damaged configuration file", () => {
  it("is replaced by the last good copy, kept beside it, and votes are suspended", () => {
    const torn = GOOD.slice(0, 60);
    expect(start(torn, GOOD)).toMatchObject({
      kind: "ready",
      isRestored: true,
      config: { sentinel: { isMemoryLost: true, masters: [{ leaderEpoch: 9 }] } },
    });
    expect(readFileSync(path, "utf8")).toBe(GOOD);
    expect(readFileSync(damagedPath(path), "utf8")).toBe(torn);
  });

  it("without a copy is what it is", () => {
    const configuration = start("port 26379\nsentinel monitor m 127.0.0.1 63");
    expect(configuration.kind).toBe("refused");
  });

  it("with a person's mistake is refused, copy or not, and stays as it is", () => {
    const text = GOOD.replace("port", "prot");
    expect(start(text, GOOD).kind).toBe("refused");
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("is none that was saved well", () => {
    expect(start(GOOD, GOOD)).toMatchObject({ kind: "ready", isRestored: false });
  });
});
