import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { millis, NEVER } from "../../src/base/units.ts";
import { WakeUp } from "../../src/shell/wake-up.ts";

let woken: number[] = [];
/** Virtual time that runs behind the timers by this much, as a coarse timer clock may. */
let lagMs = 0;

function now(): number {
  return performance.now() - lagMs;
}

function wakeUp(): WakeUp {
  return new WakeUp({ now: () => millis(now()), wake: () => woken.push(now()) });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], now: 0 });
  woken = [];
  lagMs = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the wake-up", () => {
  it("comes once, at the moment asked for", () => {
    wakeUp().at(millis(100));
    vi.advanceTimersByTime(1_000);
    expect(woken).toEqual([100]);
  });

  it("is never early: a fraction of a millisecond is rounded up", () => {
    wakeUp().at(millis(100.2));
    vi.advanceTimersByTime(1_000);
    expect(woken).toEqual([101]);
  });

  it("is never early: a timer that fires before its time is set again", () => {
    const timer = wakeUp();
    timer.at(millis(100));
    lagMs = 0.7;
    vi.advanceTimersByTime(100);
    expect(woken).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(woken).toEqual([100.3]);
  });

  it("replaces a later moment by an earlier one", () => {
    const timer = wakeUp();
    timer.at(millis(500));
    timer.at(millis(100));
    vi.advanceTimersByTime(1_000);
    expect(woken).toEqual([100]);
  });

  it("replaces an earlier moment by a later one", () => {
    const timer = wakeUp();
    timer.at(millis(100));
    timer.at(millis(500));
    vi.advanceTimersByTime(499);
    expect(woken).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(woken).toEqual([500]);
  });

  it("comes soon when the moment has passed", () => {
    vi.advanceTimersByTime(50);
    wakeUp().at(millis(10));
    vi.advanceTimersByTime(1);
    expect(woken).toHaveLength(1);
  });

  it("may be further away than a timer reaches", () => {
    const farMs = 2 ** 32;
    wakeUp().at(millis(farMs));
    vi.advanceTimersByTime(farMs - 1);
    expect(woken).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(woken).toEqual([farMs]);
  });

  it("can be taken back", () => {
    const timer = wakeUp();
    timer.at(millis(100));
    timer.at(NEVER);
    vi.advanceTimersByTime(1_000);
    expect(woken).toEqual([]);
    timer.at(millis(2_000));
    timer.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
