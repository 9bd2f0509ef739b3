import { performance } from "node:perf_hooks";
import type { EventLoopFacts } from "../../server/environment.ts";
import { monotonicNow } from "../clock.ts";
import { Rate } from "../rate.ts";

/** How busy the process' loop is, measured when asked. */
export class EventLoop {
  readonly #cycleRate = new Rate(cycles);
  readonly #activeRate = new Rate(activeMicros);

  read(): EventLoopFacts {
    const now = monotonicNow();
    const cyclesPerSecond = this.#cycleRate.perSecond(now);
    const microsPerSecond = this.#activeRate.perSecond(now);
    return {
      cycles: cycles(),
      activeMicros: activeMicros(),
      cyclesPerSecond,
      microsPerCycle: cyclesPerSecond === 0 ? 0 : microsPerSecond / cyclesPerSecond,
    };
  }
}

/** Older versions of Node 20 do not count them. */
function cycles(): number {
  const timing: { readonly uvMetricsInfo?: { readonly loopCount: number } } =
    performance.nodeTiming;
  return timing.uvMetricsInfo?.loopCount ?? 0;
}

function activeMicros(): number {
  return Math.round(performance.eventLoopUtilization().active * 1000);
}
