import { describe, expect, it } from "vitest";
import { Driver } from "../../src/base/driver.ts";
import { millis } from "../../src/base/units.ts";

describe("the driver", () => {
  it("performs effects in order, and lets what they bring about wait for its own step", () => {
    const done: string[] = [];
    const driver: Driver<string, string> = new Driver({
      step: (input) => {
        done.push(`step ${input}`);
        return input === "connect" ? ["open", "log"] : ["close"];
      },
      perform: (effect) => {
        done.push(effect);
        if (effect === "open") driver.deliver("refused");
      },
      now: () => millis(0),
    });
    driver.deliver("connect");
    expect(done).toEqual(["step connect", "open", "log", "step refused", "close"]);
  });

  it("can go on after a step that threw", () => {
    let fails = true;
    const done: string[] = [];
    const driver: Driver<string, string> = new Driver({
      step: () => {
        if (fails) throw new Error("broken invariant");
        return ["done"];
      },
      perform: (effect) => done.push(effect),
      now: () => millis(0),
    });
    expect(() => driver.deliver("a")).toThrow("broken invariant");
    fails = false;
    driver.deliver("b");
    expect(done).toEqual(["done"]);
  });
});
