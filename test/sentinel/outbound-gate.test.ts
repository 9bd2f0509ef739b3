import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { clientId, linkId } from "../../src/base/ids.ts";
import { saveNumber } from "../../src/base/units.ts";
import { error, OK, type Reply } from "../../src/resp/reply.ts";
import { event } from "../../src/sentinel/events.ts";
import { OutboundGate, type Outgoing } from "../../src/sentinel/outbound-gate.ts";

let left: Outgoing[] = [];
let gate: OutboundGate;

beforeEach(() => {
  left = [];
  gate = new OutboundGate((outgoing) => left.push(outgoing));
});

function send(link: number, name: "ping" | "info", save = 0): Outgoing {
  return { kind: "send", link: linkId(link), command: { name }, afterSave: saveNumber(save) };
}

function reply(client: number, request: number, save = 0, ifUnsaved?: Reply): Outgoing {
  const value = { kind: "value", reply: OK } as const;
  const target = { client: clientId(client), request, afterSave: saveNumber(save) };
  return { kind: "reply", ...target, reply: value, ifUnsaved };
}

function published(payload: string, save = 0): Outgoing {
  const told = event("+sdown", payload, {});
  return { kind: "publish-event", event: told, afterSave: saveNumber(save) };
}

function pass(...all: readonly Outgoing[]): void {
  for (const outgoing of all) gate.pass(outgoing);
}

describe("the outbound gate", () => {
  it("lets through what waits for nothing", () => {
    const all = [send(1, "ping"), reply(1, 1), published("a")];
    pass(...all);
    expect(left).toEqual(all);
  });

  it("lets through what waits for a save that is done", () => {
    gate.saved(saveNumber(3));
    pass(send(1, "info", 3));
    expect(left).toHaveLength(1);
  });

  it("holds everything else until its save is done, and then keeps the order of all lanes", () => {
    const all = [send(1, "info", 1), published("a", 1), reply(1, 1, 1), send(2, "info", 1)];
    pass(...all);
    expect(left).toEqual([]);
    expect(gate.heldCount).toBe(4);
    gate.saved(saveNumber(1));
    expect(left).toEqual(all);
    expect(gate.heldCount).toBe(0);
  });

  it("releases each with its own save", () => {
    const [first, second] = [send(1, "info", 1), send(1, "info", 2)];
    pass(first, second);
    gate.saved(saveNumber(1));
    expect(left).toEqual([first]);
    gate.saved(saveNumber(2));
    expect(left).toEqual([first, second]);
  });

  it("one write may carry several saves", () => {
    pass(send(1, "info", 1), send(1, "info", 2));
    gate.saved(saveNumber(2));
    expect(left).toHaveLength(2);
  });

  it("lets a ping overtake on its link", () => {
    pass(send(1, "info", 1), send(1, "ping"));
    expect(left).toEqual([send(1, "ping")]);
  });

  it("keeps replies to one client in order, and those to others apart", () => {
    pass(reply(1, 1, 1), reply(1, 2), reply(2, 1));
    expect(left).toEqual([reply(2, 1)]);
    gate.saved(saveNumber(1));
    expect(left).toEqual([reply(2, 1), reply(1, 1, 1), reply(1, 2)]);
  });

  it("keeps events in order", () => {
    pass(published("a", 1), published("b"));
    expect(left).toEqual([]);
    gate.saved(saveNumber(1));
    expect(left).toEqual([published("a", 1), published("b")]);
  });

  it("keeps a lane in order even where a later effect waits for an earlier save", () => {
    pass(reply(1, 1, 2), reply(1, 2, 1));
    gate.saved(saveNumber(1));
    expect(left).toEqual([]);
    gate.saved(saveNumber(2));
    expect(left).toEqual([reply(1, 1, 2), reply(1, 2, 1)]);
  });

  it("drops commands whose save failed, and sends the other form of replies", () => {
    const failed = error("ERR Failed to save config file. Check server logs.");
    pass(send(1, "info", 1), reply(1, 1, 1, failed), reply(1, 2, 1), published("a", 1));
    gate.saveFailed(saveNumber(1));
    expect(left).toEqual([
      { ...reply(1, 1, 1, failed), reply: { kind: "value", reply: failed } },
      reply(1, 2, 1),
      published("a", 1),
    ]);
  });

  it("goes on holding what waits for a later save than the one that failed", () => {
    pass(send(1, "info", 1), send(1, "ping", 2));
    gate.saveFailed(saveNumber(1));
    expect(left).toEqual([]);
    gate.saved(saveNumber(2));
    expect(left).toEqual([send(1, "ping", 2)]);
  });

  it("takes in order what is passed while it releases", () => {
    const more = [reply(1, 3), reply(1, 4, 2)];
    gate = new OutboundGate((outgoing) => {
      left.push(outgoing);
      if (outgoing.kind === "reply" && outgoing.request === 1) {
        pass(...more);
        gate.saved(saveNumber(2));
      }
    });
    pass(reply(1, 1, 1), reply(1, 2));
    gate.saved(saveNumber(1));
    expect(left).toEqual([reply(1, 1, 1), reply(1, 2), ...more]);
  });
});

type Move =
  | { readonly move: "pass"; readonly lane: number; readonly kind: number; readonly held: boolean }
  | { readonly move: "settle"; readonly fails: boolean };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    fc.record({
      move: fc.constant("pass" as const),
      lane: fc.nat(2),
      kind: fc.nat(2),
      held: fc.boolean(),
    }),
    fc.record({ move: fc.constant("settle" as const), fails: fc.boolean() }),
  ),
);

/** Effects with a number each, saves asked for one by one: what the core does. */
class Play {
  readonly passed: { readonly number: number; readonly lane: string; readonly save: number }[] = [];
  readonly left: number[] = [];
  readonly durable = new Set<number>([0]);
  readonly settled = new Set<number>([0]);
  readonly #gate = new OutboundGate((outgoing) => this.left.push(numberOf(outgoing)));
  #save = 1;
  #number = 0;

  make(move: Move): void {
    if (move.move === "settle") {
      this.settle(move);
      return;
    }
    const save = move.held ? this.#save : 0;
    const number = ++this.#number;
    const outgoing =
      move.kind === 0
        ? send(move.lane, "info", save)
        : move.kind === 1
          ? reply(move.lane, number, save)
          : published(String(number), save);
    const lane = move.kind === 2 ? "events" : `${outgoing.kind} ${move.lane}`;
    this.passed.push({
      number,
      lane: `${lane}${move.kind === 0 && !move.held ? " free" : ""}`,
      save,
    });
    this.#gate.pass(move.kind === 0 ? numbered(outgoing, number) : outgoing);
  }

  settle({ fails }: { readonly fails: boolean }): void {
    const save = this.#save++;
    this.settled.add(save);
    if (!fails) this.durable.add(save);
    if (fails) this.#gate.saveFailed(saveNumber(save));
    else this.#gate.saved(saveNumber(save));
  }
}

const numbers = new WeakMap<Outgoing, number>();

function numbered(outgoing: Outgoing, number: number): Outgoing {
  numbers.set(outgoing, number);
  return outgoing;
}

function numberOf(outgoing: Outgoing): number {
  if (outgoing.kind === "reply") return outgoing.request;
  if (outgoing.kind === "publish-event") return Number(outgoing.event.payload);
  return numbers.get(outgoing) ?? Number.NaN;
}

describe("whatever is passed and whichever saves fail", () => {
  it("no command leaves before its save is done, nothing else is lost, lanes keep their order", () => {
    fc.assert(
      fc.property(moves, (all) => {
        const play = new Play();
        const commandsLeftSound: boolean[] = [];
        for (const move of all) {
          play.make(move);
          for (const { number, lane, save } of play.passed) {
            if (play.left.includes(number) && lane.startsWith("send")) {
              commandsLeftSound.push(play.durable.has(save));
            }
            if (play.left.includes(number)) commandsLeftSound.push(play.settled.has(save));
          }
        }
        play.settle({ fails: false });
        expect(commandsLeftSound).not.toContain(false);
        const expected = play.passed.filter(
          ({ lane, save }) => !lane.startsWith("send") || play.durable.has(save),
        );
        expect([...play.left].sort((a, b) => a - b)).toEqual(expected.map(({ number }) => number));
        for (const lane of new Set(expected.map((each) => each.lane))) {
          const inLane = expected.filter((each) => each.lane === lane).map(({ number }) => number);
          expect(play.left.filter((number) => inLane.includes(number))).toEqual(inLane);
        }
      }),
    );
  });
});
