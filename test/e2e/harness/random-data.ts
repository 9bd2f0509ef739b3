import { nextBelow, type Random, seededRandom } from "../../../src/base/random.ts";
import type { DataServer } from "./data-server.ts";

type Word = string | Buffer | number;

const FAR_AWAY_MS = 4_102_444_800_000;

/** Fills a server with values of all types: small and large, text, numbers, floats and noise. */
export async function fillWithAllTypes(
  server: DataServer,
  { seed, keys }: { readonly seed: number; readonly keys: number },
): Promise<void> {
  const random = seededRandom(seed);
  for (let number = 0; number < keys; number++) {
    if (number % 20 === 0) await server.command("SELECT", nextBelow(random, 4));
    const key = `${number}:${anyText(random).slice(0, 20)}`;
    await server.command(...creation(random, number % 5, Buffer.from(key, "latin1")));
    if (nextBelow(random, 4) === 0) {
      await server.command("PEXPIREAT", Buffer.from(key, "latin1"), FAR_AWAY_MS + number);
    }
  }
  await server.command("SELECT", 0);
}

function creation(random: Random, type: number, key: Buffer): [string, ...Word[]] {
  const count = 1 + nextBelow(random, nextBelow(random, 6) === 0 ? 700 : 20);
  switch (type) {
    case 0:
      return ["SET", key, anyBytes(random)];
    case 1:
      return ["RPUSH", key, ...many(count, () => anyBytes(random))];
    case 2: {
      const integers = nextBelow(random, 2) === 0;
      return [
        "SADD",
        key,
        ...many(count, () => (integers ? anyInteger(random) : anyBytes(random))),
      ];
    }
    case 3:
      return ["HSET", key, ...many(count, () => [anyBytes(random), anyBytes(random)]).flat()];
    default:
      return ["ZADD", key, ...many(count, () => [anyScore(random), anyBytes(random)]).flat()];
  }
}

function many<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function anyBytes(random: Random): Buffer {
  return Buffer.from(anyText(random), "latin1");
}

function anyText(random: Random): string {
  switch (nextBelow(random, 6)) {
    case 0:
      return anyInteger(random);
    case 1:
      return "x".repeat(nextBelow(random, 300));
    case 2:
      return nextBelow(random, 20) === 0 ? "long ".repeat(nextBelow(random, 3000)) : "";
    case 3:
      return anyScore(random);
    default:
      return many(nextBelow(random, 40), () => String.fromCharCode(nextBelow(random, 256))).join(
        "",
      );
  }
}

function anyInteger(random: Random): string {
  const bits = nextBelow(random, 64);
  let value = 0n;
  for (let bit = 0; bit < bits; bit++) value = value * 2n + BigInt(nextBelow(random, 2));
  return String(nextBelow(random, 2) === 0 ? value : -value);
}

function anyScore(random: Random): string {
  switch (nextBelow(random, 8)) {
    case 0:
      return "inf";
    case 1:
      return "-inf";
    case 2:
      return String(nextBelow(random, 1000));
    case 3:
      return anyInteger(random);
    default: {
      const mantissa = nextBelow(random, 2 ** 30) / 2 ** 15 - 2 ** 14;
      return String(mantissa * 10 ** (nextBelow(random, 60) - 30));
    }
  }
}
