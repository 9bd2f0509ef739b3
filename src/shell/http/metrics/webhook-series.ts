import type { EndpointFigures } from "../../webhooks/figures.ts";
import { type Exposition, labelValue } from "./exposition.ts";
import type { StateFamily } from "./families.ts";

type Out = Exposition<StateFamily>;

/** What has become of the notices to each receiver. */
export function addWebhooks(out: Out, endpoints: readonly EndpointFigures[]): void {
  for (const figures of endpoints) {
    const label = `endpoint="${labelValue(figures.endpoint)}"`;
    const { delivered, failedAttempts, deliveredByOthers, dead, deliverySeconds } = figures;
    const results = { delivered, failed: failedAttempts, by_another: deliveredByOthers, dead };
    for (const [result, count] of Object.entries(results)) {
      out.add("vedette_webhook_deliveries_total", `${label},result="${result}"`, count);
    }
    out.add("vedette_webhook_queue_length", label, figures.queueLength);
    out.add("vedette_webhook_oldest_pending_seconds", label, figures.oldestPendingSeconds);
    out.flag("vedette_webhook_disabled", label, figures.isDisabled);
    out.add("vedette_webhook_first_tries_total", label, deliverySeconds.count);
    out.add("vedette_webhook_first_tries_seconds_total", label, deliverySeconds.sum);
  }
}
