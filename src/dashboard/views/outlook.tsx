import { durationText } from "../../base/quantity-text.ts";
import type { MasterDetails } from "../api/types.ts";
import { deathSaid, marginSaid } from "../model/words.ts";
import { Badge, Card } from "./parts.tsx";

/** Quorum now, what would be lost next, and what would happen if the master died now. */
export function Outlook({ details }: { readonly details: MasterDetails }) {
  const { quorum, settings, paused } = details;
  const margin = marginSaid(details);
  const death = deathSaid(details);
  return (
    <Card id="outlook" title="If something fails now">
      <div class="outlook">
        <Voters {...quorum} />
        <p class="said">
          <Badge word={WORDS[margin.tone]} tone={margin.tone} /> {margin.word}.
        </p>
        <h3>{details.master.down === "odown" ? "The master is down" : "If the master died now"}</h3>
        <p class="said">
          <Badge word={WORDS[death.tone]} tone={death.tone} /> {death.word}.
        </p>
        {paused === null ? null : <p class="said">{pauseText(paused)}</p>}
        <dl>
          <dt>Down after</dt>
          <dd>{durationText(settings.downAfterMs)}</dd>
          <dt>Failover timeout</dt>
          <dd>{durationText(settings.failoverTimeoutMs)}</dd>
          <dt>Parallel syncs</dt>
          <dd>{settings.parallelSyncs}</dd>
          <dt>Config epoch</dt>
          <dd>{details.configEpoch}</dd>
          <dt>Current epoch</dt>
          <dd>{details.currentEpoch}</dd>
        </dl>
      </div>
    </Card>
  );
}

const WORDS = { good: "Safe", warn: "Thin", bad: "Unsafe", busy: "Now", quiet: "" } as const;

function Voters({ voters, up, needed, majority }: MasterDetails["quorum"]) {
  const required = Math.max(needed, majority);
  const text = `${up} of ${voters} sentinels reached; quorum ${needed}, majority ${majority}`;
  return (
    <div class="voters">
      <svg width={voters * 22 + 2} height="26" role="img" aria-label={text}>
        {Array.from({ length: voters }, (_, index) => (
          <g key={index}>
            <rect
              class={index < up ? "voter up" : "voter gone"}
              x={index * 22 + 1}
              y="5"
              width="18"
              height="18"
              rx="9"
            />
            {index === required - 1 ? (
              <line class="required" x1={index * 22 + 21} y1="0" x2={index * 22 + 21} y2="26" />
            ) : null}
          </g>
        ))}
      </svg>
      <span>{text}</span>
    </div>
  );
}

export function pauseText(paused: NonNullable<MasterDetails["paused"]>): string {
  const by = paused.by === null ? "" : `, told to sentinel ${paused.by.slice(0, 8)}`;
  const reason = paused.reason === null ? "" : `: ${paused.reason}`;
  return `Failovers are paused until ${timeOf(paused.until)}${by}${reason}`;
}

function timeOf(moment: string): string {
  return new Date(moment).toLocaleTimeString("en-GB");
}
