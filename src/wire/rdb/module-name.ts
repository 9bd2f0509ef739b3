const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NAME_CHARS = 9;
const VERSION_BITS = 10;

/** The name in a module's 64-bit id: nine characters of six bits, then ten bits of version (§3.8). */
export function moduleName(id: bigint): string {
  let name = "";
  let rest = id >> BigInt(VERSION_BITS);
  for (let index = 0; index < NAME_CHARS; index++) {
    name = ALPHABET.charAt(Number(rest & 63n)) + name;
    rest >>= 6n;
  }
  const version = Number(id & 1023n);
  return `'${name}' (encoding version ${version})`;
}
