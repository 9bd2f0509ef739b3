import { lookup } from "node:dns/promises";
import type { QuestionId } from "../base/ids.ts";
import type { Input } from "../sentinel/input.ts";

/** All addresses of a host name, in the order of preference. Rejects as `node:dns` does. */
export type LookUp = (name: string) => Promise<readonly string[]>;

type Answer = Extract<Input, { readonly kind: "resolved" | "resolve-failed" }>;

/** The name does not exist, or has no address. */
const GONE: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA"]);

/**
 * Looks host names up for the core, which keeps the deadline. A name is looked up once at a time:
 * whoever asks again while the system's resolver still tries gets the same answer, so that a name
 * that stalls takes up no more than one of the few threads there are for it.
 */
export class Resolver {
  readonly #report: (answer: Answer) => void;
  readonly #lookUp: LookUp;
  /** Questions under way, by name. */
  readonly #asked = new Map<string, QuestionId[]>();

  /** @param lookUp by default the system's, which knows /etc/hosts and search domains */
  constructor(report: (answer: Answer) => void, lookUp: LookUp = lookUpInSystem) {
    this.#report = report;
    this.#lookUp = lookUp;
  }

  ask({ question, name }: { readonly question: QuestionId; readonly name: string }): void {
    const asked = this.#asked.get(name);
    if (asked !== undefined) {
      asked.push(question);
      return;
    }
    this.#asked.set(name, [question]);
    this.#lookUp(name).then(
      (ips) => this.#answer(name, (each) => ({ kind: "resolved", question: each, ips })),
      (cause: unknown) => this.#answer(name, (each) => failed(each, cause)),
    );
  }

  #answer(name: string, of: (question: QuestionId) => Answer): void {
    const questions = this.#asked.get(name) ?? [];
    this.#asked.delete(name);
    for (const question of questions) this.#report(of(question));
  }
}

function failed(question: QuestionId, cause: unknown): Answer {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = cause instanceof Error ? cause.message : String(cause);
  return { kind: "resolve-failed", question, isGone: GONE.has(code), reason };
}

async function lookUpInSystem(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}
