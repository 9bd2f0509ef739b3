import { clientId, linkId, type MasterName, masterName, questionId } from "../../src/base/ids.ts";
import { type Millis, millis, type SaveNumber } from "../../src/base/units.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import type { Input } from "../../src/sentinel/input.ts";
import type { SentinelState } from "../../src/sentinel/state.ts";
import { step } from "../../src/sentinel/step.ts";
import { readAnswer } from "../../src/shell/links/replies.ts";
import type { Address } from "../../src/base/address.ts";
import { parseHello } from "../../src/wire/hello.ts";
import { parseInfo } from "../../src/wire/info.ts";
import { wordsOfOrder } from "../../src/wire/server-order.ts";
import type { HostileDraw } from "./hostile-draw.ts";
import { VEDETTE_TOPICS } from "../../src/sentinel/vedette-topics.ts";
import { anyAnswer, anyHello, anyInfo, anyRequest } from "./hostile-messages.ts";

type Sent = Extract<Effect, { readonly kind: "send" }>;

/** A sentinel's core, and around it a world in which anything may happen in any order. */
export class CoreWorld {
  readonly state: SentinelState;
  now: Millis;
  /** What the core waits for. */
  readonly #sent: Sent[] = [];
  readonly #links: Extract<Effect, { readonly kind: "open-link" | "open-subscription" }>[] = [];
  readonly #saves: SaveNumber[] = [];
  readonly #questions: Extract<Effect, { readonly kind: "resolve" }>[] = [];
  readonly #scripts: number[] = [];
  readonly #draw: HostileDraw;
  #polls = 0;
  #request = 0;

  constructor(state: SentinelState, draw: HostileDraw, now: Millis) {
    this.state = state;
    this.now = now;
    this.#draw = draw;
  }

  give(input: Input): readonly Effect[] {
    const effects = step(this.state, input, this.now);
    for (const effect of effects) this.#note(effect);
    return effects;
  }

  #note(effect: Effect): void {
    if (effect.kind === "send") keep(this.#sent, effect);
    if (effect.kind === "open-link" || effect.kind === "open-subscription") {
      keep(this.#links, effect);
    }
    if (effect.kind === "save-config") keep(this.#saves, effect.save);
    if (effect.kind === "resolve") keep(this.#questions, effect);
    if (effect.kind === "run-script") keep(this.#scripts, effect.job);
    if (effect.kind === "poll") this.#polls++;
  }

  /** The next thing that happens; time passes before some of them. */
  next(): Input {
    const draw = this.#draw;
    if (this.#polls > 0 && !draw.once(20)) {
      this.#polls--;
      return { kind: "tick", afterPoll: true };
    }
    const roll = draw.below(100);
    if (roll < 25) return this.#tick();
    if (roll < 40) return this.#linkNews();
    if (roll < 66) return this.#reply();
    if (roll < 76) return this.#save();
    if (roll < 86) return this.#hello();
    if (roll < 95) return this.#clientRequest();
    if (roll < 97) return this.#resolved();
    return this.#script();
  }

  #pass(durationMs: number): void {
    this.now = millis(this.now + durationMs);
  }

  #tick(): Input {
    const draw = this.#draw;
    if (draw.once(60)) this.#pass(draw.below(100_000));
    else if (draw.once(4) || !Number.isFinite(this.state.wakeAt)) this.#pass(draw.below(1000));
    else this.now = millis(Math.max(this.now, this.state.wakeAt));
    return { kind: "tick", afterPoll: draw.once(30) };
  }

  #linkNews(): Input {
    const draw = this.#draw;
    const wanted = this.#links.shift();
    const link =
      wanted === undefined || draw.once(20)
        ? linkId(draw.below(this.state.lastLinkId + 2))
        : wanted.link;
    if (wanted?.kind === "open-subscription" || (wanted === undefined && draw.once(4))) {
      return draw.once(4)
        ? { kind: "subscription-lost", link, reason: draw.text() }
        : { kind: "subscription-opened", link };
    }
    const fails = wanted === undefined ? !draw.once(4) : draw.once(5);
    return fails
      ? { kind: "link-lost", link, reason: draw.text(), refused: draw.once(2) }
      : { kind: "link-opened", link, localHost: "10.0.0.1", subscribed: !draw.once(4) };
  }

  /** To something that was sent, mostly; its content is anybody's. */
  #reply(): Input {
    const draw = this.#draw;
    const sent = this.#sent.splice(draw.below(Math.min(4, this.#sent.length + 1)), 1)[0];
    if (sent === undefined) return this.#tick();
    const { link, command } = sent;
    switch (command.name) {
      case "ping":
        return {
          kind: "ping-reply",
          link,
          reply: draw.once(6)
            ? draw.of(["busy", "refused", "loading", "master-down"] as const)
            : "pong",
        };
      case "info":
        return {
          kind: "info-reply",
          link,
          info: draw.once(12) ? undefined : parseInfo(anyInfo(draw, this.state)),
        };
      case "sentinels": {
        const ids = [...this.state.masters.values()].flatMap(({ sentinels }) => [
          ...sentinels.keys(),
        ]);
        const runIds = draw.once(8) ? undefined : ids.filter(() => draw.once(2));
        return { kind: "peer-sentinels", link, master: command.master, runIds };
      }
      case "master-fields": {
        const fields = new Map([[draw.once(2) ? "quorum" : draw.text(), draw.text()]]);
        const told = draw.once(8) ? undefined : fields;
        return { kind: "peer-master", link, master: command.master, fields: told };
      }
      case "hello":
        return { kind: "hello-reply", link, master: command.master, accepted: !draw.once(8) };
      case "ask":
        return {
          kind: "ask-reply",
          link,
          master: draw.once(20) ? this.#anyMaster() : command.master,
          asked: { epoch: command.epoch, candidate: command.candidate },
          answer: readAnswer(anyAnswer(draw, this.state, command)),
        };
      case "reconfigure":
        return {
          kind: "reconfigure-reply",
          link,
          refusal: draw.once(4) ? draw.text() : undefined,
        };
      case "where-is":
        return {
          kind: "place-reply",
          link,
          master: draw.once(20) ? this.#anyMaster() : command.master,
          round: draw.once(10) ? command.round - 1 : command.round,
          place: draw.once(3) ? undefined : { host: "10.0.0.2", port: 6379 },
        };
      case "script-kill":
        return this.#tick();
      case "peer-info":
        return {
          kind: "peer-info",
          link,
          vedetteVersion: draw.once(2) ? draw.text() : undefined,
        };
      case "vedette":
        return {
          kind: "vedette-reply",
          link,
          topic: draw.once(8) ? draw.text() : command.topic,
          words: command.words,
          answer: draw.once(6)
            ? undefined
            : [...VEDETTE_TOPICS.keys(), draw.text()].filter(() => !draw.once(4)),
        };
      case "order":
        return {
          kind: "order-reply",
          link,
          order: command.order,
          refusals: wordsOfOrder(command.order).map(() => (draw.once(4) ? draw.text() : undefined)),
        };
      case "ask-master":
        return {
          kind: "master-reply",
          link,
          master: command.master,
          view: draw.once(8)
            ? undefined
            : { address: this.#anyAddress(), downAfterMs: 1 + draw.below(3_000) },
        };
    }
  }

  /** That of an instance, or of nobody. */
  #anyAddress(): Address {
    const places = [...this.state.links.values()].map(({ address }) => address);
    return places.length === 0 || this.#draw.once(4)
      ? { host: "10.9.9.9", port: 1 }
      : this.#draw.of(places);
  }

  #anyMaster(): MasterName {
    const names = [...this.state.masters.keys()];
    return names.length === 0 || this.#draw.once(5) ? masterName("nobody") : this.#draw.of(names);
  }

  #save(): Input {
    const save = this.#saves.shift();
    if (save === undefined) return this.#tick();
    return this.#draw.once(6)
      ? { kind: "config-save-failed", save, reason: "no space left on device" }
      : { kind: "config-saved", save };
  }

  #hello(): Input {
    const draw = this.#draw;
    const payload = anyHello(draw, this.state);
    const message = parseHello(payload);
    if (message.kind !== "hello")
      return this.#clientAsks(["PUBLISH", "__sentinel__:hello", payload]);
    const link = draw.once(2) ? linkId(draw.below(this.state.lastLinkId + 2)) : undefined;
    return { kind: "hello-received", link, hello: message };
  }

  #clientRequest(): Input {
    return this.#clientAsks(anyRequest(this.#draw, this.state));
  }

  #clientAsks(args: readonly [string, ...string[]]): Input {
    const client = clientId(1 + this.#draw.below(3));
    return { kind: "client-request", client, request: ++this.#request, args };
  }

  #resolved(): Input {
    const draw = this.#draw;
    const question = this.#questions.shift()?.question ?? questionId(draw.below(10));
    if (draw.once(3)) {
      return { kind: "resolve-failed", question, isGone: draw.once(2), reason: draw.text() };
    }
    const ips = Array.from({ length: draw.below(4) }, () =>
      draw.of(["10.0.0.2", "10.0.0.3", "10.0.0.9", "::1", "no address", ""]),
    );
    return { kind: "resolved", question, ips };
  }

  #script(): Input {
    const draw = this.#draw;
    const job = this.#scripts[0] ?? draw.below(10);
    if (draw.once(3)) return { kind: "script-started", job, pid: 1 + draw.below(1000) };
    this.#scripts.shift();
    return draw.once(4)
      ? { kind: "script-failed", job, reason: "EAGAIN" }
      : { kind: "script-ended", job, exitCode: draw.below(4), signal: draw.once(3) ? 9 : 0 };
  }
}

/** Old news is lost: the core does not rely on an answer. */
const KEPT = 200;

function keep<Value>(list: Value[], value: Value): void {
  list.push(value);
  if (list.length > KEPT) list.shift();
}
