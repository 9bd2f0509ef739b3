import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * An empty project that installs the packed package and runs the examples of docs/embedding.md, as a
 * stranger would.
 */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const run = promisify(execFile);
const WITHIN_MS = 100_000;

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

let project: string;
let packed: { readonly files: readonly { readonly path: string }[] };

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "vedette-project-"));
  const { stdout } = await npm(
    root,
    "pack",
    "--json",
    "--ignore-scripts",
    "--pack-destination",
    project,
  );
  const [tarball] = JSON.parse(stdout) as {
    readonly filename: string;
    readonly integrity: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  if (tarball === undefined) throw new Error("npm packed nothing");
  packed = tarball;
  const spec = `file:${tarball.filename}`;
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const manifest = { name: "project", version: "1.0.0", dependencies: { vedette: spec } };
  write("package.json", JSON.stringify(manifest));
  // Our own lock file, so that npm finds all of it in its cache, and asks nobody.
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  const needed = Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true);
  const lock = {
    ...manifest,
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": manifest,
      ...Object.fromEntries(needed),
      "node_modules/vedette": {
        version: own.version,
        resolved: spec,
        integrity: tarball.integrity,
        dependencies: own.dependencies,
      },
    },
  };
  write("package-lock.json", JSON.stringify(lock));
  await npm(project, "ci", "--prefer-offline", "--no-audit", "--no-fund");
}, WITHIN_MS);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function npm(cwd: string, ...words: readonly string[]): Promise<{ readonly stdout: string }> {
  return run("npm", words, { cwd, timeout: WITHIN_MS });
}

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}

/** The examples of the page, by the names that stand behind their fences. */
function examples(): ReadonlyMap<string, string> {
  const page = readFileSync(join(root, "docs", "embedding.md"), "utf8");
  const found = page.matchAll(/^```js file=(\S+)\n(.*?)^```$/gms);
  return new Map([...found].map(([, name = "", text = ""]) => [name, text]));
}

/** Lets the project use a package that only our own tests have. */
function borrow(name: string): void {
  const place = join(project, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(root, "node_modules", name), place);
}

describe("the packed package in an empty project", () => {
  it("has no tests, no sources and no maps in it", () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toContain("dist/cli/testing.d.ts");
    expect(paths).toContain("docs/embedding.md");
    expect(paths.filter((path) => /^(src|test|scripts)\/|\.map$|\.test\./.test(path))).toEqual([]);
  });

  it(
    "runs the examples for node:test",
    async () => {
      const names = [...examples()].filter(([name]) => name.endsWith(".test.mjs"));
      expect(names.map(([name]) => name)).toEqual([
        "failover.test.mjs",
        "client.test.mjs",
        "parts.test.mjs",
      ]);
      for (const [name, text] of names) write(name, text);
      const words = ["--test", ...names.map(([name]) => name)];
      const { stdout } = await run(process.execPath, words, { cwd: project, timeout: WITHIN_MS });
      expect(stdout).toMatch(/^# fail 0$/m);
      expect(stdout).toMatch(/^# pass [1-9]/m);
    },
    WITHIN_MS,
  );

  it(
    "runs the example for vitest",
    async () => {
      const text = examples().get("partition.spec.mjs");
      if (text === undefined) throw new Error("the page has no example for vitest");
      write("partition.spec.mjs", text);
      borrow("vitest");
      const program = join(root, "node_modules", "vitest", "vitest.mjs");
      const { stdout } = await run(
        process.execPath,
        [
          program,
          "run",
          "partition.spec.mjs",
          "--root",
          project,
          "--testTimeout=60000",
          "--hookTimeout=60000",
        ],
        { cwd: project, timeout: WITHIN_MS, env: { ...process.env, NO_COLOR: "1" } },
      );
      expect(stdout).toMatch(/1 passed/);
    },
    WITHIN_MS,
  );

  it(
    "has types that a strict project accepts",
    async () => {
      borrow("@types/node");
      borrow("undici-types");
      write(
        "typed.ts",
        [
          'import { type Cluster, startCluster } from "vedette/testing";',
          'import { parseInfo, startServer } from "vedette";',
          "export async function example(): Promise<number> {",
          "  await using cluster: Cluster = await startCluster({ replicas: 1 });",
          "  await using server = await startServer();",
          '  const { role } = parseInfo(String(await server.command("INFO")));',
          '  await cluster.kill("master");',
          "  const { to } = await cluster.waitForFailover();",
          '  return role === "master" ? to.port : cluster.addresses.sentinels.length;',
          "}",
          "// @ts-expect-error: it is a number",
          'void startCluster({ replicas: "two" });',
          "",
        ].join("\n"),
      );
      const program = join(root, "node_modules", "typescript", "bin", "tsc");
      const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2022"];
      const libraries = ["--lib", "es2023,esnext.disposable", "--types", "node"];
      await run(process.execPath, [program, ...options, ...libraries, "typed.ts"], {
        cwd: project,
        timeout: WITHIN_MS,
      }).catch((cause: { readonly stdout: string }) => expect(cause.stdout).toBe(""));
    },
    WITHIN_MS,
  );
});
