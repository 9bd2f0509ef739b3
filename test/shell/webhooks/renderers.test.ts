import { describe, expect, it } from "vitest";
import { type Notice, noticeId } from "../../../src/shell/webhooks/notice.ts";
import { carries, render } from "../../../src/shell/webhooks/renderers.ts";

function notice(more: Partial<Notice> & { readonly type?: string } = {}): Notice {
  const { type = "master.odown", ...rest } = more;
  const key = { master: "cache", epoch: 3, type, subject: "10.0.0.1:6379", sequence: 1 };
  return {
    id: noticeId(key),
    key,
    weight: "critical",
    atMs: 1_700_000_000_000,
    event: "+odown",
    message: "master cache 10.0.0.1 6379 #quorum 2/2",
    reason: "2 agree, quorum 2",
    address: "10.0.0.1:6379",
    incident: "abc",
    sentinel: "s1",
    ...rest,
  };
}

describe("how a notice looks", () => {
  it("as Standard Webhooks want it: type, timestamp, data", () => {
    expect(JSON.parse(render("standard", notice(), undefined))).toEqual({
      type: "master.odown",
      timestamp: "2023-11-14T22:13:20.000Z",
      data: {
        master: "cache",
        config_epoch: 3,
        address: "10.0.0.1:6379",
        severity: "critical",
        event: "+odown",
        message: "master cache 10.0.0.1 6379 #quorum 2/2",
        reason: "2 agree, quorum 2",
        incident: "abc",
        sentinel: "s1",
      },
    });
  });

  it("in Slack, where a name is never markup", () => {
    const loud = notice({ reason: "<!channel> & co" });
    expect(JSON.parse(render("slack", loud, undefined))).toEqual({
      text: "🔴 master.odown (cache 10.0.0.1:6379): &lt;!channel&gt; &amp; co",
    });
  });

  it("for PagerDuty: triggers a story and resolves it", () => {
    const begun = JSON.parse(render("pagerduty", notice(), "KEY")) as object;
    expect(begun).toMatchObject({
      routing_key: "KEY",
      dedup_key: "abc",
      event_action: "trigger",
      payload: { severity: "critical", source: "cache" },
    });
    const over = notice({ type: "master.recovered", weight: "end" });
    expect(JSON.parse(render("pagerduty", over, "KEY"))).toEqual({
      routing_key: "KEY",
      dedup_key: "abc",
      event_action: "resolve",
    });
    const long = notice({ reason: "x".repeat(3000) });
    const { payload } = JSON.parse(render("pagerduty", long, "KEY")) as {
      readonly payload: { readonly summary: string };
    };
    expect(payload.summary).toHaveLength(1024);
  });

  it("for Alertmanager: the same labels from beginning to end", () => {
    const begun = JSON.parse(render("alertmanager", notice(), undefined)) as object[];
    const over = notice({ type: "failover.completed", weight: "end" });
    const ended = JSON.parse(render("alertmanager", over, undefined)) as object[];
    const labels = {
      alertname: "VedetteTrouble",
      severity: "critical",
      story: "abc",
      master: "cache",
    };
    expect(begun).toMatchObject([{ labels, startsAt: "2023-11-14T22:13:20.000Z" }]);
    expect(ended).toMatchObject([{ labels, endsAt: "2023-11-14T22:13:20.000Z" }]);
  });

  it("and news wake nobody", () => {
    const news = notice({ type: "master.changed", weight: "news" });
    expect(carries("slack", news)).toBe(true);
    expect(carries("pagerduty", news)).toBe(false);
    expect(carries("alertmanager", notice({ type: "test.ping", weight: "news" }))).toBe(true);
  });
});
