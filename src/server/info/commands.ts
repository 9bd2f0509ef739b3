import type { ServerState } from "../state.ts";
import type { Field } from "./info.ts";

export function commandFields(state: ServerState): readonly Field[] {
  return [...state.observation.commands].map(([name, stats]) => {
    const { calls, milliseconds, rejected, failed } = stats;
    const micros = Math.round(milliseconds * 1000);
    const each = (calls === 0 ? 0 : micros / calls).toFixed(2);
    return [
      `cmdstat_${name}`,
      `calls=${calls},usec=${micros},usec_per_call=${each},rejected_calls=${rejected},failed_calls=${failed}`,
    ];
  });
}

export function latencyFields(state: ServerState): readonly Field[] {
  const percentiles = state.settings.latencyPercentiles;
  return [...state.observation.commands].flatMap(([name, { durations }]): Field[] => {
    if (durations === undefined) return [];
    const shown = percentiles.map(
      (percent) => `p${percent}=${durations.percentileMicros(percent).toFixed(3)}`,
    );
    return [[`latency_percentiles_usec_${name}`, shown.join(",")]];
  });
}
