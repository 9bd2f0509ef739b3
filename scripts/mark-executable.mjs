// The compiler writes plain files; the programs must be executable, and found by `npx vedette`
// inside a clone, where npm links no package into its own node_modules.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const links = join(root, "node_modules", ".bin");
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
mkdirSync(links, { recursive: true });
for (const [name, file] of Object.entries(bin)) {
  const target = join(root, file);
  if (!existsSync(target)) continue;
  chmodSync(target, 0o755);
  const link = join(links, name);
  rmSync(link, { force: true });
  symlinkSync(join("..", "..", file), link);
}
