import type { Cast } from "../cast.ts";
import { count, type Counts } from "../coverage.ts";
import type { World } from "../world.ts";
import { DetailReader } from "./detail-reader.ts";
import { FAULT_TYPES } from "./fault-types.ts";
import type { Fault } from "./fault.ts";
import { Scene } from "./scene.ts";

/** Does a plan's faults at their times and takes them back, until it is ended. */
export class FaultSchedule {
  readonly #world: World;
  readonly #faults: readonly Fault[];
  readonly #cast: Cast;
  readonly #counts: Counts;
  #isOver = false;

  constructor(
    world: World,
    options: { readonly faults: readonly Fault[]; readonly cast: Cast; readonly counts: Counts },
  ) {
    this.#world = world;
    this.#faults = options.faults;
    this.#cast = options.cast;
    this.#counts = options.counts;
  }

  begin(): void {
    for (const fault of this.#faults) {
      this.#world.agenda.after(fault.atMs, () => {
        if (!this.#isOver) this.#happen(fault);
      });
    }
  }

  /** No fault follows and every one is taken back. */
  end(): void {
    this.#isOver = true;
    this.#world.journal.write("", "faults end");
    this.#world.heal();
  }

  #happen(fault: Fault): void {
    count(this.#counts, `fault ${fault.kind}`);
    const scene = new Scene(this.#world, fault.kind, this.#counts);
    const details = DetailReader.of(fault.with, this.#cast);
    const undo = FAULT_TYPES[fault.kind].apply(scene, details);
    if (undo === undefined) return;
    this.#world.agenda.after(fault.forMs, () => {
      if (!this.#isOver) undo();
    });
  }
}
