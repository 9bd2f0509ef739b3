import type { FaultKind } from "../fault-kinds.ts";
import type { DetailReader } from "./detail-reader.ts";
import type { Dice } from "./dice.ts";
import type { Scene } from "./scene.ts";

export type Detail = string | number | readonly string[];
export type Details = Readonly<Record<string, Detail>>;

/** One thing that goes wrong in a run, as data: it prints, is written to a file, and can be left out. */
export interface Fault {
  readonly kind: FaultKind;
  /** Since the faults began, in ms. */
  readonly atMs: number;
  /** Until it is taken back, in ms; 0 for a kind that is over at once or ends by itself. */
  readonly forMs: number;
  /** Whom it hits and how hard: what the kind reads. */
  readonly with: Details;
}

/** Ends a fault; safe to call when something else has ended it. */
export type Undo = () => void;

/** What is known of a kind of fault. */
export interface FaultType {
  /** Taken back after a time; the others are over at once or end by themselves. */
  readonly lasts: boolean;
  /** Chooses the details, in a drawn plan. */
  readonly draw: (dice: Dice) => Details;
  /** @throws {PlanError} when a detail is missing, of the wrong sort or makes no sense */
  readonly check: (reader: DetailReader) => void;
  /** Does it. @returns how it is taken back, unless it ends by itself */
  readonly apply: (scene: Scene, reader: DetailReader) => Undo | undefined;
}

/** @param kind its details have one type where they are drawn, read and used */
export function faultType<Given extends Details>(kind: {
  readonly lasts: boolean;
  readonly draw: (dice: Dice) => Given;
  readonly read: (reader: DetailReader) => Given;
  readonly apply: (scene: Scene, given: Given) => Undo | undefined;
}): FaultType {
  return {
    lasts: kind.lasts,
    draw: kind.draw,
    check: (reader) => void kind.read(reader),
    apply: (scene, reader) => kind.apply(scene, kind.read(reader)),
  };
}
