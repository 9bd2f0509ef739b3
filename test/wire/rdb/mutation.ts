/** One thing that is wrong with a file. */
export interface Damage {
  /** Where, from 0 for the first byte to just below 1 for the last. */
  readonly at: number;
  readonly how: "flip" | "set" | "cut" | "repeat" | "insert";
  readonly byte: number;
}

/** The file with all of that wrong, and a checksum that is not looked at. */
export function damaged(file: Buffer, damages: readonly Damage[]): Buffer {
  let bytes = Buffer.from(file);
  for (const damage of damages) bytes = withOne(bytes, damage);
  if (bytes.length >= 8) bytes.fill(0, bytes.length - 8);
  return bytes;
}

function withOne(bytes: Buffer, { at, how, byte }: Damage): Buffer<ArrayBuffer> {
  const position = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, position), bytes.subarray(position)];
  switch (how) {
    case "flip":
    case "set": {
      const changed = Buffer.from(bytes);
      const old = bytes[position] ?? 0;
      changed[position] = how === "flip" ? old ^ (1 << (byte % 8)) : byte;
      return changed;
    }
    case "cut":
      return Buffer.concat([before, after.subarray(byte)]);
    case "repeat":
      return Buffer.concat([before, after.subarray(0, byte), after]);
    case "insert":
      return Buffer.concat([before, Buffer.from([byte]), after]);
  }
}
