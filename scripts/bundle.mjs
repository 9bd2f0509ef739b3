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

function onLog(level, log) {
  throw new Error(`${level}: ${log.message}`);
}

const bundle = await rolldown({
  input: {
    "vedette-sentinel": join(root, "src", "cli", "vedette-sentinel.ts"),
    "vedette-server": join(root, "src", "cli", "vedette-server.ts"),
  },
  platform: "node",
  external: Object.keys(dependencies),
  onLog,
});
for (const parts of [join(programs, "parts"), join(programs, "testing", "parts")]) {
  rmSync(parts, { recursive: true, force: true });
}
await bundle.write({
  dir: programs,
  format: "esm",
  chunkFileNames: "parts/[name]-[hash].js",
  sourcemap: true,
});
await bundle.close();

// The thread in which vedette/testing runs a daemon: everything in it, ioredis too, because each of
// the threads of a set loads it anew, and its many small files take longer than all the rest.
const threads = join(programs, "testing");
const thread = await rolldown({
  input: { "daemon-thread": join(root, "src", "cli", "testing", "daemon-thread.ts") },
  platform: "node",
  onLog,
});
await thread.write({ dir: threads, format: "esm", chunkFileNames: "parts/[name]-[hash].js" });
await thread.close();
