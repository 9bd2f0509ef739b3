import { describe, expect, it } from "vitest";
import { masterName } from "../../../src/base/ids.ts";
import { event, type EventName } from "../../../src/sentinel/events.ts";
import { type Notice, Notices } from "../../../src/shell/webhooks/notice.ts";
import { carries, render } from "../../../src/shell/webhooks/renderers.ts";

/** One sentinel, and what it tells of its master. */
class Teller {
  epoch = 7;
  readonly #notices: Notices;

  constructor(sentinel = "a") {
    this.#notices = new Notices({ sentinel, configEpoch: () => this.epoch });
  }

  tells(name: EventName, port = 6379): Notice {
    const told = this.#notices.of({
      atMs: 1000,
      event: event(name, `master cache 10.0.0.1 ${port}`, {
        master: masterName("cache"),
        role: "master",
        address: { host: "10.0.0.1", port },
      }),
    });
    if (told === undefined) throw new Error(`${name} is told to nobody`);
    return told;
  }

  incidents(...names: readonly EventName[]): (string | undefined)[] {
    return names.map((name) => this.tells(name).incident);
  }
}

describe("the incident of a notice", () => {
  it.each<readonly [string, readonly EventName[]]>([
    ["its recovery", ["+sdown", "+odown", "-sdown"]],
    ["another master", ["+sdown", "+odown", "+switch-master"]],
    ["the end of a failover", ["+sdown", "+odown", "+try-failover", "+failover-end"]],
    ["what comes late", ["+sdown", "+switch-master", "+failover-end", "+vedette-zombie-fence"]],
  ])("lasts from the first suspicion to %s", (_, names) => {
    const story = new Teller().incidents(...names);
    expect(story[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(story).size).toBe(1);
  });

  it.each<readonly [string, readonly EventName[]]>([
    ["suspicion after a recovery, in one epoch", ["+sdown", "-sdown", "+sdown"]],
    ["suspicion after another led the failover", ["+sdown", "+switch-master", "+sdown"]],
    ["failover of a master that is well", ["+sdown", "-sdown", "+try-failover"]],
  ])("is another for a new %s", (_, names) => {
    const [first, between, last] = new Teller().incidents(...names);
    expect(between).toBe(first);
    expect(last).not.toBe(first);
  });

  it("is the same from the one who leads and the one who looks on", () => {
    const leader = new Teller("a").incidents("+sdown", "+odown", "+try-failover", "+failover-end");
    const other = new Teller("b").incidents("+sdown", "+odown", "+switch-master");
    expect(new Set([...leader, ...other]).size).toBe(1);
  });
});

/** What PagerDuty holds open after all that. */
function open(notices: readonly Notice[]): ReadonlySet<string> {
  const stories = new Set<string>();
  for (const notice of notices.filter((each) => carries("pagerduty", each))) {
    const { dedup_key: story, event_action: action } = JSON.parse(
      render("pagerduty", notice, "KEY"),
    ) as { readonly dedup_key: string; readonly event_action: string };
    if (action === "resolve") stories.delete(story);
    else stories.add(story);
  }
  return stories;
}

describe("what wakes people", () => {
  it.each<readonly [string, readonly EventName[]]>([
    ["a master that answers again", ["+sdown", "+odown", "-sdown"]],
    ["a failover whose leader died before its end", ["+sdown", "+odown", "+switch-master"]],
    [
      "a failover led here",
      ["+sdown", "+odown", "+try-failover", "+switch-master", "+failover-end"],
    ],
    ["the fence of a former master", ["+sdown", "+switch-master", "+vedette-zombie-fence"]],
    [
      "a failover that was tried again",
      ["+sdown", "+odown", "-failover-abort-no-good-slave", "+try-failover", "+failover-end"],
    ],
  ])("is over after %s", (_, names) => {
    const teller = new Teller();
    expect(open(names.map((name) => teller.tells(name)))).toEqual(new Set());
  });

  it("is over after a switchover that was aborted and then done by another sentinel", () => {
    const told = [
      new Teller("a").tells("-vedette-switchover-abort"),
      new Teller("b").tells("+vedette-switchover-end", 6380),
    ];
    expect(open(told.slice(0, 1)).size).toBe(1);
    expect(open(told).size).toBe(0);
  });
});
