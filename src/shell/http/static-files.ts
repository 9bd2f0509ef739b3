import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { extname, join, sep } from "node:path";

/** A file of the dashboard, kept in memory: there are few, and no path of a request ever names a file. */
export interface StaticFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
  /** Its name has a digest of what is in it, so it never changes. */
  readonly isImmutable: boolean;
  /** The same, compressed when it was built. */
  readonly encoded: ReadonlyMap<"br" | "gzip", Buffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
const ENCODINGS = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;
/** `app-B2x9Kq1z.js`, as Vite names what it has bundled. */
const DIGEST_IN_NAME = /-[\w-]{8,}\.\w+$/;

/** All files of a folder by their address; none where the dashboard was not built. */
export function readStaticFiles(place: URL): ReadonlyMap<string, StaticFile> {
  const folder = fileURLToPath(place).replace(/\/$/, "");
  const files = new Map<string, StaticFile>();
  const names = listed(folder);
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(join(folder, name));
    const encoded = ENCODINGS.filter(([, suffix]) => names.has(name + suffix)).map(
      ([encoding, suffix]) => [encoding, readFileSync(join(folder, name + suffix))] as const,
    );
    const file: StaticFile = {
      type,
      body,
      etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
      isImmutable: DIGEST_IN_NAME.test(name),
      encoded: new Map(encoded),
    };
    const address = `/${name.split(sep).join("/")}`;
    files.set(address, file);
    if (address === "/index.html") files.set("/", file);
  }
  return files;
}

function listed(folder: string): ReadonlySet<string> {
  try {
    return new Set(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
    );
  } catch {
    return new Set();
  }
}
