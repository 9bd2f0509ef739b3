import { forgetLostOrders } from "./lost-orders.ts";
import { assert } from "../base/assert.ts";
import { after, earliest, type Millis } from "../base/units.ts";
import { confirmationDueAt, tendConfirmation } from "./confirmation.ts";
import { downDueAt, judgeObjectively, judgeSubjectively, ownersDownDueAt } from "./down-state.ts";
import { releaseVoteOf } from "./election.ts";
import { fenceDueAt, tendFence } from "./zombie-fence.ts";
import { failoverDueAt, tendFailover } from "./failover.ts";
import { helloDueAt, sendHello } from "./hello-exchange.ts";
import { askInfo, infoDueAt } from "./instance-info.ts";
import { linkDueAt, masterOf, tendLink } from "./links.ts";
import { askCounts } from "./forgetting/counts.ts";
import { lostReplicasDueAt, tendLostReplicas } from "./forgetting/lost-replicas.ts";
import { removalDueAt, tendRemoval } from "./forgetting/removal.ts";
import { spreadForgotten, takeBack } from "./forgetting/spreading.ts";
import { ordersDueAt, tendOrders } from "./maintenance/maintenance.ts";
import { spreadOrders } from "./maintenance/spreading.ts";
import { tendWaiting, waitingDueAt } from "./maintenance/waiting-answers.ts";
import { opinionsDueAt, startAsking, tendOpinions } from "./opinions.ts";
import { tendReceipt } from "./receipts/record.ts";
import { reconfigurationDueAt, tendReconfiguration } from "./reconfiguration.ts";
import { returnedDueAt, reviewReturned } from "./returned-master.ts";
import type { Instance, Link, Master } from "./state.ts";
import { lettingGoDueAt, tendLettingGo } from "./switchover/letting-go.ts";
import { GATHERING_MS, RIDING_MS } from "./tunables.ts";
import { touch, type Turn } from "./turn.ts";

/** A step that touches things this often runs in a circle. */
const REVIEWS_MAX = 1_000_000;

/**
 * Looks at everything that was touched until nothing is: each does what is due and says when it
 * wants to be looked at next. Level-triggered, so that no order of inputs can lose a step.
 */
export function reviewTouched(turn: Turn): void {
  let reviews = 0;
  for (const subject of turn.touched) {
    turn.touched.delete(subject);
    assert(++reviews < REVIEWS_MAX, "a step comes to rest");
    if (subject.kind === "link") reviewLink(turn, subject);
    else reviewInstance(turn, subject);
  }
}

function reviewLink(turn: Turn, link: Link): void {
  const { state, now } = turn;
  if (state.links.get(link.id) !== link) return;
  tendLink(turn, link);
  forgetLostOrders(turn, link);
  if (link.lastPingSentAt === now) touchRiders(turn, link);
  if (turn.mayJudge && ownersDownDueAt(state, link) <= now) {
    for (const owner of link.owners) judge(turn, owner);
  }
  arm(turn, link, earliest(linkDueAt(state, link), ownersDownDueAt(state, link)));
}

/** A ping has just left: a hello or INFO that is due soon goes with it. */
function touchRiders(turn: Turn, link: Link): void {
  if (link.owners.size > 1) return;
  const until = sendingUntil(turn, link);
  for (const owner of link.owners) {
    const due = turn.state.schedule.deadlineOf(owner);
    if (due <= until) touch(turn, owner);
  }
}

function reviewInstance(turn: Turn, instance: Instance): void {
  const { state, now } = turn;
  if (turn.mayJudge) judge(turn, instance);
  if (helloDueAt(state, instance) <= sendingUntil(turn, instance.link)) sendHello(turn, instance);
  if (instance.kind !== "sentinel") {
    if (infoDueAt(state, instance, now) <= sendingUntil(turn, instance.link)) {
      askInfo(turn, instance);
    }
  }
  if (instance.kind === "master") reviewMaster(turn, instance);
  if (instance.kind === "sentinel") {
    spreadOrders(turn, instance);
    spreadForgotten(turn, instance);
    askCounts(turn, instance);
  }
  if (instance.kind === "replica") tendFence(turn, instance);
  arm(turn, instance, instanceDueAt(turn, instance));
}

/** What is due up to then is sent now: a little early, but not on its own. */
function sendingUntil({ state, now }: Turn, link: Link): Millis {
  if (link.lastPingSentAt === now) return after(now, RIDING_MS);
  const { infoPeriodMs, publishPeriodMs } = state.tunables;
  return after(now, Math.min(GATHERING_MS, infoPeriodMs / 20, publishPeriodMs / 20));
}

function reviewMaster(turn: Turn, master: Master): void {
  tendOrders(turn, master);
  tendWaiting(turn, master);
  tendRemoval(turn, master);
  takeBack(turn, master);
  tendLostReplicas(turn, master);
  reviewReturned(turn, master);
  tendOpinions(turn, master);
  judgeObjectively(turn, master);
  tendFailover(turn, master);
  tendReconfiguration(turn, master);
  tendConfirmation(turn, master);
  tendReceipt(turn, master);
  tendLettingGo(turn, master);
}

/** Judges SDOWN and tells whom it concerns. */
function judge(turn: Turn, instance: Instance): void {
  if (!judgeSubjectively(turn, instance)) return;
  const master = masterOf(instance);
  if (instance.kind === "master" && instance.sdown.down) {
    startAsking(turn, instance);
    // Their INFO must be fresh when one of them is chosen (spec §6.3).
    for (const replica of instance.replicas.values()) touch(turn, replica);
  }
  if (instance.kind === "sentinel" && instance.sdown.down) {
    releaseVoteOf(turn, master, instance.runId);
  }
  touch(turn, instance);
  touch(turn, instance.link);
  touch(turn, master);
}

function instanceDueAt(turn: Turn, instance: Instance): Millis {
  const { state, now } = turn;
  const due = earliest(helloDueAt(state, instance), downDueAt(state, instance));
  if (instance.kind === "sentinel") return due;
  const dataDue = earliest(due, infoDueAt(state, instance, now));
  if (instance.kind === "replica") return earliest(dataDue, fenceDueAt(state, instance));
  return earliest(
    dataDue,
    ordersDueAt(state, instance),
    waitingDueAt(instance),
    removalDueAt(instance),
    lostReplicasDueAt(instance),
    opinionsDueAt(state, instance),
    failoverDueAt(state, instance),
    reconfigurationDueAt(state, instance),
    confirmationDueAt(instance),
    lettingGoDueAt(instance, now),
    returnedDueAt(state, instance, now),
  );
}

function arm(turn: Turn, subject: Link | Instance, at: Millis): void {
  turn.state.schedule.set(subject, at);
}
