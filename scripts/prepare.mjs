// Makes a fresh clone runnable: installs packages when they are missing or older than the lock
// file, builds when a source is newer than the build, and does nothing otherwise. Plain
// JavaScript, because it runs before anything is installed.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installStamp = join(root, "node_modules", ".vedette-installed");
const buildStamp = join(root, "dist", ".vedette-built");

function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newestIn(folder) {
  let newest = modifiedAt(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestIn(path) : modifiedAt(path));
  }
  return newest;
}

function npm(...args) {
  // npm sets npm_execpath for its scripts; without it the one on the PATH serves.
  const cli = process.env["npm_execpath"];
  const [program, first] = cli?.endsWith(".js") ? [process.execPath, [cli]] : ["npm", []];
  try {
    execFileSync(program, [...first, ...args], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
  } catch (error) {
    process.exit(typeof error.status === "number" ? error.status : 1);
  }
}

function touch(path) {
  writeFileSync(path, "");
  utimesSync(path, new Date(), new Date());
}

if (modifiedAt(installStamp) < modifiedAt(join(root, "package-lock.json"))) {
  console.error("vedette: installing packages (once)");
  npm("ci", "--no-audit", "--no-fund", "--loglevel=error");
  touch(installStamp);
}
const inputs = [
  "tsconfig.json",
  "tsconfig.build.json",
  "tsconfig.types.json",
  "package.json",
  "scripts/bundle.mjs",
  "scripts/dashboard.mjs",
].map((name) => modifiedAt(join(root, name)));
if (modifiedAt(buildStamp) < Math.max(newestIn(join(root, "src")), ...inputs)) {
  console.error("vedette: building");
  npm("run", "--silent", "build");
  touch(buildStamp);
}
