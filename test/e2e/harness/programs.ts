import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

/** Whose program plays a part: the real one, or ours from dist/. */
export type Kind = "redis" | "vedette";

/** What to start, before the arguments of the part it plays. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** The file named by the environment variable, else the program of that name on the PATH. */
function locate(name: string, variable: string): string | undefined {
  const named = process.env[variable];
  if (named !== undefined && named !== "") return named;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Where Debian puts programs that are not on everybody's PATH. */
function systemProgram(file: string): string | undefined {
  return isExecutable(file) ? file : undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A Python that has redis-py: Debian's, whatever other Python stands on the PATH before it. */
function pythonWithRedis(): string | undefined {
  return ["/usr/bin/python3", "python3"].find(
    (python) => spawnSync(python, ["-c", "import redis.sentinel"]).status === 0,
  );
}

const REAL = {
  "redis-server": locate("redis-server", "REDIS_SERVER"),
  "redis-sentinel": locate("redis-sentinel", "REDIS_SENTINEL"),
  "redis-cli": locate("redis-cli", "REDIS_CLI"),
  "redis-check-rdb": locate("redis-check-rdb", "REDIS_CHECK_RDB"),
  "python3-redis": pythonWithRedis(),
  haproxy: locate("haproxy", "HAPROXY") ?? systemProgram("/usr/sbin/haproxy"),
  prometheus: locate("prometheus", "PROMETHEUS"),
  promtool: locate("promtool", "PROMTOOL"),
  chromium: locate("chromium", "CHROMIUM"),
} as const;

export type RealProgram = keyof typeof REAL;

/** @throws {Error} when it is not installed; tests that need it stand in `describeWithReal` */
export function realProgram(name: RealProgram): Program {
  const file = REAL[name];
  if (file === undefined) throw new Error(`${name} is not installed`);
  return { file, args: [] };
}

/** Ours, as `npm run build` made it; run by the Node that runs the test. */
export function ownProgram(name: "vedette" | "vedette-sentinel" | "vedette-server"): Program {
  return { file: process.execPath, args: [join(root, "dist", "cli", `${name}.js`)] };
}

/**
 * A suite that needs real programs. Where one is missing it is skipped and says so; in CI, where
 * they must be there, it fails.
 */
export function describeWithReal(
  needed: readonly RealProgram[],
  name: string,
  body: () => void,
): void {
  const missing = needed.filter((program) => REAL[program] === undefined);
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `not installed: ${missing.join(", ")}`;
  if (process.env["CI"] === undefined || process.env["CI"] === "") {
    console.warn(`skipped: ${name} (${reason})`);
    describe.skip(`${name} (${reason})`, body);
    return;
  }
  describe(name, () => {
    it("has the real programs it needs", () => {
      throw new Error(reason);
    });
  });
}
