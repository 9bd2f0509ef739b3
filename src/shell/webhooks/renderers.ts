import type { WebhookFormat } from "../../wire/webhooks/endpoint.ts";
import type { Notice } from "./notice.ts";

/** PagerDuty cuts what is longer. */
const SUMMARY_MAX = 1024;
/** An alert that nobody ended counts as over then: Alertmanager forgets what is not said again. */
const ALERT_LASTS_MS = 4 * 60 * 60 * 1000;

/** Does this format carry such a notice? Those that wake people carry no news. */
export function carries(format: WebhookFormat, { weight, key }: Notice): boolean {
  const isForDuty = format === "pagerduty" || format === "alertmanager";
  return !isForDuty || weight !== "news" || key.type === "test.ping";
}

/** The body, as text of JSON. @param secret PagerDuty's routing key */
export function render(format: WebhookFormat, notice: Notice, secret: string | undefined): string {
  switch (format) {
    case "standard":
      return JSON.stringify(standard(notice));
    case "slack":
      return JSON.stringify({ text: slackText(notice) });
    case "pagerduty":
      return JSON.stringify(pagerDuty(notice, secret ?? ""));
    case "alertmanager":
      return JSON.stringify([alert(notice)]);
  }
}

/** Standard Webhooks: type, timestamp, data. */
function standard(notice: Notice): object {
  const { key, event, message, reason, address, incident, sentinel, weight } = notice;
  return {
    type: key.type,
    timestamp: isoTime(notice),
    data: {
      ...(key.master === undefined ? {} : { master: key.master, config_epoch: key.epoch }),
      ...(address === undefined ? {} : { address }),
      severity: severityOf(weight),
      event,
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(incident === undefined ? {} : { incident }),
      sentinel,
    },
  };
}

/** One line for people. */
function summaryOf({ key, message, reason, address }: Notice): string {
  const whom = [key.master, address].filter((word) => word !== undefined).join(" ");
  const what = `${key.type}${whom === "" ? "" : ` (${whom})`}`;
  return `${what}: ${reason ?? message}`;
}

const MARKS = { critical: "🔴", error: "🔴", warning: "🟠", end: "🟢", news: "🔵" } as const;

/** Slack reads `<…>` and `&` as markup: names from servers are none. */
function slackText(notice: Notice): string {
  const text = summaryOf(notice).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `${MARKS[notice.weight]} ${text.replaceAll(">", "&gt;")}`;
}

function pagerDuty(notice: Notice, routingKey: string): object {
  const { weight, key, sentinel } = notice;
  const identity = { routing_key: routingKey, dedup_key: storyOf(notice) };
  if (weight === "end") return { ...identity, event_action: "resolve" };
  return {
    ...identity,
    event_action: "trigger",
    payload: {
      summary: summaryOf(notice).slice(0, SUMMARY_MAX),
      source: key.master ?? sentinel,
      severity: severityOf(weight),
      timestamp: isoTime(notice),
      component: "vedette",
      class: key.type,
      custom_details: standard(notice),
    },
  };
}

function alert(notice: Notice): object {
  const { weight, key, atMs, message } = notice;
  const endsAtMs = weight === "end" ? atMs : atMs + ALERT_LASTS_MS;
  return {
    labels: {
      alertname: "VedetteTrouble",
      severity: "critical",
      story: storyOf(notice),
      ...(key.master === undefined ? {} : { master: key.master }),
    },
    annotations: { summary: summaryOf(notice), description: message, type: key.type },
    // One that ends is told with the time of its end alone: the receiver knows when it began.
    ...(weight === "end" ? {} : { startsAt: isoTime(notice) }),
    endsAt: new Date(endsAtMs).toISOString(),
  };
}

/** What begins and ends together: the incident of a master, its switchovers, or one instance's trouble. */
function storyOf({ key, incident, sentinel, address }: Notice): string {
  const [what = ""] = key.type.split(".");
  // Who orders it once more may ask another sentinel, and for another replica.
  const whom = what === "switchover" ? undefined : (address ?? sentinel);
  return incident ?? [what, key.master, whom].filter(Boolean).join(" ").slice(0, 255);
}

function severityOf(weight: Notice["weight"]): string {
  return weight === "end" || weight === "news" ? "info" : weight;
}

function isoTime({ atMs }: Notice): string {
  return new Date(atMs).toISOString();
}
