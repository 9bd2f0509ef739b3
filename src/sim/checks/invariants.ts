import type { Watcher } from "../watch.ts";
import { AnnouncementsGrow } from "./announcements-grow.ts";
import { BaseNeverShrinks } from "./base-never-shrinks.ts";
import { HeldBack } from "./held-back.ts";
import { AcknowledgedWrites } from "./acknowledged-writes.ts";
import { BlockTime } from "./block-time.ts";
import { DurableBeforeTold } from "./durable-before-told.ts";
import { Elections } from "./elections.ts";
import { EligiblePromotion } from "./eligible-promotion.ts";
import { EpochsGrow } from "./epochs-grow.ts";
import { OneMasterPerEpoch } from "./one-master-per-epoch.ts";
import { OperatorCommands } from "./operator-commands.ts";
import { PlannedSwitchovers } from "./planned-switchovers.ts";
import { Guards } from "./guards.ts";
import { OrdersToMembers } from "./orders-to-members.ts";
import { SdownNotEarly } from "./sdown-not-early.ts";
import { TrueMasterFenced } from "./true-master-fenced.ts";

/** Every invariant of design §5 that one step can break; agreement.ts has the one that time does. */
export interface Invariants {
  readonly elections: Elections;
  readonly durability: DurableBeforeTold;
  readonly announcements: OneMasterPerEpoch;
  readonly writes: AcknowledgedWrites;
  readonly orders: OperatorCommands;
  readonly switchovers: PlannedSwitchovers;
  readonly fences: TrueMasterFenced;
  readonly base: BaseNeverShrinks;
  readonly guards: Guards;
  readonly all: readonly Watcher[];
}

/** @param world.isGuarded its faults leave the sentinels the time to save what can be saved */
export function invariants(world: { readonly isGuarded?: boolean } = {}): Invariants {
  const elections = new Elections();
  const durability = new DurableBeforeTold(elections);
  const announcements = new OneMasterPerEpoch(elections);
  const writes = new AcknowledgedWrites();
  const orders = new OperatorCommands();
  const switchovers = new PlannedSwitchovers();
  const fences = new TrueMasterFenced();
  const base = new BaseNeverShrinks();
  const guards = new Guards({ isGuarded: world.isGuarded ?? false });
  const all: readonly Watcher[] = [
    elections,
    new EpochsGrow(),
    durability,
    announcements,
    new AnnouncementsGrow(),
    new EligiblePromotion(),
    new OrdersToMembers(),
    new SdownNotEarly(),
    new BlockTime(),
    new HeldBack(),
    base,
    orders,
    switchovers,
    writes,
    fences,
    guards,
  ];
  return {
    elections,
    durability,
    announcements,
    writes,
    orders,
    switchovers,
    fences,
    base,
    guards,
    all,
  };
}
