import { describe, expect, it } from "vitest";
import { parseHello } from "../../src/wire/hello.ts";
import { RecentHellos } from "../../src/wire/recent-hellos.ts";

function payload(epoch: number): string {
  return `10.0.0.1,26379,${"a".repeat(40)},${epoch},mymaster,10.0.0.2,6379,1`;
}

describe("hellos that repeat", () => {
  it("are read as the first was, without reading them again", () => {
    const hellos = new RecentHellos();
    const first = hellos.read(payload(1));
    expect(first).toEqual(parseHello(payload(1)));
    expect(hellos.read(payload(1))).toBe(first);
    expect(hellos.read(payload(2))).toMatchObject({ currentEpoch: 2 });
  });

  it("are none still when they were none before", () => {
    const hellos = new RecentHellos();
    for (let n = 0; n < 2; n++) expect(hellos.read("x,y").kind).toBe("ignored");
  });

  it("are forgotten when there are too many, and read again", () => {
    const hellos = new RecentHellos();
    const first = hellos.read(payload(0));
    for (let epoch = 1; epoch <= 8192; epoch++) hellos.read(payload(epoch));
    expect(hellos.read(payload(0))).not.toBe(first);
    expect(hellos.read(payload(0))).toEqual(first);
  });
});
