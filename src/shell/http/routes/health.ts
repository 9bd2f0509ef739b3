import type { Route } from "../route.ts";
import { FLAG, object, orNull, TEXT } from "../schemas.ts";
import type { HttpSource } from "../source.ts";

const ANSWER = object({ ok: FLAG, reason: orNull(TEXT) });

/** For whoever runs the process: is it alive, does it know what it watches? */
export function healthRoutes({ state }: HttpSource): readonly Route[] {
  return [
    {
      method: "GET",
      url: "/health/live",
      tag: "health",
      summary: "The process runs and its loop turns",
      answers: { 200: { description: "It answers, so it lives", schema: ANSWER } },
      handle: () => ({ ok: true, reason: null }),
    },
    {
      method: "GET",
      url: "/health/ready",
      tag: "health",
      summary: "It has heard of every master that it watches, and is not in TILT",
      answers: {
        200: { description: "Ready", schema: ANSWER },
        503: { description: "Not yet", schema: ANSWER },
      },
      handle: ({ reply }) => {
        const reason = notReady(state);
        reply.code(reason === null ? 200 : 503);
        return { ok: reason === null, reason };
      },
    },
  ];
}

function notReady(state: HttpSource["state"]): string | null {
  if (!state.started) return "it has only just been started";
  if (state.tilt.mode === "on") return "it is in TILT: it watches and decides nothing";
  for (const { name, reported, sdown } of state.masters.values()) {
    // One that is down is known; one that was never reached is not.
    if (reported.infoAt === undefined && !sdown.down) return `nothing is known of ${name} yet`;
  }
  return null;
}
