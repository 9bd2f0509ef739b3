import { describe, expect, it } from "vitest";
import { questionId } from "../../src/base/ids.ts";
import { type LookUp, Resolver } from "../../src/shell/resolver.ts";
import { until } from "./until.ts";

type Answer = Parameters<ConstructorParameters<typeof Resolver>[0]>[0];

function asking(lookUp?: LookUp): { readonly resolver: Resolver; readonly answers: Answer[] } {
  const answers: Answer[] = [];
  return { resolver: new Resolver((answer) => answers.push(answer), lookUp), answers };
}

describe("the resolver", () => {
  it("knows what the system knows", async () => {
    const { resolver, answers } = asking();
    resolver.ask({ question: questionId(1), name: "localhost" });
    await until("answers", () => answers.length === 1);
    const [answer] = answers;
    if (answer?.kind !== "resolved") throw new Error("not resolved");
    expect(["127.0.0.1", "::1"]).toContain(answer.ips[0]);
  });

  it.each([
    ["ENOTFOUND", true],
    ["ENODATA", true],
    ["EAI_AGAIN", false],
    ["ETIMEOUT", false],
  ])("tells by %s whether a name is gone: %s", async (code, isGone) => {
    const { resolver, answers } = asking(() =>
      Promise.reject(Object.assign(new Error("no"), { code })),
    );
    resolver.ask({ question: questionId(7), name: "x" });
    await until("answers", () => answers.length === 1);
    expect(answers).toEqual([
      { kind: "resolve-failed", question: questionId(7), isGone, reason: "no" },
    ]);
  });

  it("looks a name up once at a time, and answers all who asked for it", async () => {
    const waiting = new Map<string, (ips: readonly string[]) => void>();
    let lookups = 0;
    const { resolver, answers } = asking((name) => {
      lookups++;
      return new Promise((resolve) => waiting.set(name, resolve));
    });
    resolver.ask({ question: questionId(1), name: "stalled" });
    resolver.ask({ question: questionId(2), name: "stalled" });
    resolver.ask({ question: questionId(3), name: "other" });
    waiting.get("other")?.(["10.0.0.1"]);
    await until("answers", () => answers.length === 1);
    expect(lookups).toBe(2);
    waiting.get("stalled")?.(["10.0.0.2"]);
    await until("answers", () => answers.length === 3);
    expect(answers.map(({ question }) => question)).toEqual([3, 1, 2]);
    resolver.ask({ question: questionId(4), name: "stalled" });
    expect(lookups).toBe(3);
  });
});
