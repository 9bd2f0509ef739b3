import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { millis } from "../../src/base/units.ts";
import { simple } from "../../src/resp/reply.ts";
import { Agenda } from "../../src/sim/agenda.ts";
import type { End, EndHandler } from "../../src/sim/connection.ts";
import type { Message } from "../../src/sim/message.ts";
import { Network } from "../../src/sim/network.ts";
import { Node } from "../../src/sim/node.ts";

/** Writes down what its one connection tells it. */
class Listener extends Node {
  readonly heard: string[] = [];
  end: End | undefined;

  protected onStart(): void {}

  protected onCrash(): void {
    this.end = undefined;
  }

  handler(): EndHandler {
    const note = (what: string) => this.heard.push(`${Math.round(this.agenda.now)} ${what}`);
    return {
      opened: () => note("opened"),
      received: (message) => note(textOf(message)),
      lost: (reason) => note(`lost: ${reason}`),
    };
  }

  accept(end: End): EndHandler {
    this.end = end;
    return this.handler();
  }
}

function textOf(message: Message): string {
  return message.kind === "reply" && message.reply.kind === "simple" ? message.reply.text : "?";
}

function word(text: string): Message {
  return { kind: "reply", reply: simple(text) };
}

/** Two machines, one ms apart, connected at 2 ms unless told otherwise. */
function twoNodes() {
  const agenda = new Agenda();
  const network = new Network({
    agenda,
    random: seededRandom(1),
    settings: { delayMs: 1, jitterMs: 0 },
  });
  const [a, b] = ["10.0.0.1", "10.0.0.2"].map((host, index) => {
    const node = new Listener({ name: host, address: { host, port: 1 }, index, agenda });
    network.add(node);
    node.start();
    return node;
  });
  if (a === undefined || b === undefined) throw new Error("two nodes");
  const run = (ms: number) => agenda.runUntil(millis(agenda.now + ms));
  const connect = () => network.connect(a, b.address, a.handler());
  return { a, b, network, run, connect };
}

describe("the network", () => {
  it("keeps the order of one connection", () => {
    const { b, run, connect, network } = twoNodes();
    const end = connect();
    run(2);
    network.lossProbability = 0.5;
    for (const text of ["1", "2", "3", "4", "5"]) end.send(word(text));
    run(5_000);
    expect(b.heard.map((line) => line.split(" ")[1])).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("refuses at once where no process listens, and is silent where no machine is", () => {
    const { a, b, run, connect } = twoNodes();
    b.crash();
    connect();
    run(10);
    expect(a.heard).toEqual(["2 lost: connection refused"]);
    b.powerOff();
    connect();
    run(60_000);
    expect(a.heard).toHaveLength(1);
  });

  it("tells the other side of a crash, behind what was sent before it", () => {
    const { a, b, run, connect } = twoNodes();
    connect();
    run(2);
    b.end?.send(word("last words"));
    b.crash();
    run(10);
    expect(a.heard).toEqual(["2 opened", "3 last words", "3 lost: closed by the other side"]);
  });

  it("leaves a connection half open when the machine loses its power, until it is used", () => {
    const { a, b, network, run, connect } = twoNodes();
    const end = connect();
    run(2);
    b.powerOff();
    run(10_000);
    b.start();
    network.retransmit();
    run(10_000);
    expect(a.heard).toEqual(["2 opened"]);
    end.send(word("anybody there?"));
    run(10);
    expect(a.heard.slice(1)).toEqual(["20004 lost: connection reset"]);
  });

  it("holds what a partition stops, and delivers it some time after", () => {
    const { a, b, network, run, connect } = twoNodes();
    const end = connect();
    run(2);
    network.block(a, b);
    end.send(word("later"));
    run(10_000);
    b.end?.send(word("the other way works"));
    run(10);
    expect(b.heard).toEqual([]);
    expect(a.heard).toEqual(["2 opened", "10003 the other way works"]);
    network.unblock(a, b);
    run(10_000);
    expect(b.heard).toHaveLength(1);
    expect(b.heard[0]).toMatch(/ later$/);
  });

  it("ends a connection that either side broke off, for both", () => {
    const { a, b, run, connect } = twoNodes();
    const end = connect();
    run(2);
    end.reset("cut");
    run(1);
    expect(a.heard).toEqual(["2 opened", "2 lost: cut"]);
    expect(b.heard).toEqual(["2 lost: cut"]);
  });
});

describe("a paused process", () => {
  it("is connected to and sent to by the kernel alone, and reads it all when it goes on", () => {
    const { a, b, run, connect } = twoNodes();
    b.pause();
    const end = connect();
    run(2);
    expect(a.heard).toEqual(["2 opened"]);
    end.send(word("hello"));
    run(5_000);
    expect(b.heard).toEqual([]);
    b.timer(0, () => b.heard.push("timer"));
    run(1);
    b.resume();
    expect(b.heard).toEqual(["timer", "5003 hello"]);
  });

  it("reads what came before the end of a connection, and then the end", () => {
    const { a, b, run, connect } = twoNodes();
    const end = connect();
    run(2);
    b.pause();
    end.send(word("bye"));
    end.close();
    run(100);
    b.resume();
    expect(b.heard).toEqual(["102 bye", "102 lost: closed by the other side"]);
    expect(a.heard).toEqual(["2 opened"]);
  });

  it("does what a poll was asked for behind its sockets", () => {
    const { b, run, connect } = twoNodes();
    const end = connect();
    run(2);
    b.pause();
    b.timer(1, () => b.afterPoll(() => b.heard.push("after poll")));
    end.send(word("unread"));
    run(100);
    b.resume();
    expect(b.heard).toEqual(["102 unread", "after poll"]);
  });
});
