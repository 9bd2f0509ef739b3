import { Readable } from "node:stream";
import type { Metrics } from "../metrics/metrics.ts";
import type { Route } from "../route.ts";

/** The version is part of the content type: Prometheus chooses its parser by it. */
const TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function metricsRoutes(metrics: Metrics): readonly Route[] {
  return [
    {
      method: "GET",
      url: "/metrics",
      tag: "metrics",
      summary: "For Prometheus",
      answers: { 200: { description: "Metrics", type: "text/plain" } },
      handle: async ({ reply }) => {
        const chunks = await metrics.chunks();
        const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        reply.type(TYPE).header("content-length", length);
        return reply.send(Readable.from(chunks, { objectMode: false }));
      },
    },
  ];
}
