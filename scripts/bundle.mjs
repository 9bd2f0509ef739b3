// Puts each daemon's own modules into a few files, in place of what the compiler wrote: a supervisor
// has to be up quickly, and finding and linking two hundred modules one by one takes a third of its
// start. What npm installs stays outside: ioredis is one copy, whoever loads it.
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const programs = join(root, "dist", "cli");
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const bundle = await rolldown({
  input: {
    "vedette-sentinel": join(root, "src", "cli", "vedette-sentinel.ts"),
    "vedette-server": join(root, "src", "cli", "vedette-server.ts"),
  },
  platform: "node",
  external: Object.keys(dependencies),
  onLog(level, log) {
    throw new Error(`${level}: ${log.message}`);
  },
});
rmSync(join(programs, "parts"), { recursive: true, force: true });
await bundle.write({
  dir: programs,
  format: "esm",
  chunkFileNames: "parts/[name]-[hash].js",
  sourcemap: true,
});
await bundle.close();
