import { bytesText, durationText } from "../../base/quantity-text.ts";
import { readReceipt, type Receipt } from "../api/receipt.ts";
import type { EventItem, MasterDetails } from "../api/types.ts";
import { phasesOf, type Story, storiesOf } from "../model/failover-story.ts";
import { countText, dayText, type Said } from "../model/words.ts";
import { Badge, Card } from "./parts.tsx";

const SHOWN = 10;

/** Each failover as a timeline of its phases, with the reason of every decision. */
export function Failovers(props: {
  readonly details: MasterDetails;
  readonly events: readonly EventItem[];
}) {
  const { details, events } = props;
  const receipts = details.receipts.flatMap((told) => readReceipt(told) ?? []);
  const stories = storiesOf(events, details.name);
  const untold = stories.filter((story) => !receipts.some((receipt) => isSame(receipt, story)));
  const isEmpty = receipts.length === 0 && untold.length === 0;
  return (
    <Card id="failovers" title="Failovers" wide>
      {isEmpty ? <p class="none">None since this sentinel remembers.</p> : null}
      {untold.slice(0, SHOWN).map((story, index) => (
        <StoryView key={story.startedAt} story={story} isOpen={index === 0} />
      ))}
      {receipts.slice(0, SHOWN).map((receipt, index) => (
        <ReceiptView
          key={receipt.id}
          receipt={receipt}
          story={stories.find((story) => isSame(receipt, story))}
          isOpen={index === 0 && untold.length === 0}
        />
      ))}
    </Card>
  );
}

/** A receipt counts from the order or the last answer, a story from the first event of it. */
function isSame(receipt: Receipt, story: Story): boolean {
  if (story.outcome === "running" && receipt.result !== "running") return false;
  const last = story.startedAt + (story.steps.at(-1)?.atMs ?? 0);
  const end = receipt.at + receipt.totalMs;
  return story.startedAt <= end + 5_000 && last >= receipt.at - 5_000;
}

const OUTCOMES: Readonly<Record<Story["outcome"], Said>> = {
  running: { word: "Running", tone: "busy" },
  switched: { word: "Done", tone: "good" },
  "given up": { word: "Given up", tone: "bad" },
  "calmed down": { word: "Calmed down", tone: "quiet" },
};

function StoryView({ story, isOpen }: { readonly story: Story; readonly isOpen: boolean }) {
  const total = story.steps.at(-1)?.atMs ?? 0;
  return (
    <details class="failover" open={isOpen}>
      <summary>
        <Badge {...OUTCOMES[story.outcome]} />
        <span>{dayText(story.startedAt)}</span>
        <span>{story.to === undefined ? "" : `to ${story.to}`}</span>
        <span class="total">{durationText(total)}</span>
      </summary>
      <Phases phases={storyPhases(story)} />
      <Steps story={story} />
    </details>
  );
}

/** Of a failover that another sentinel led the receipt has none. */
function storyPhases(story: Story | undefined) {
  if (story === undefined) return [];
  return phasesOf(story).map(({ name, ms }) => ({ phase: name, ms }));
}

const RESULTS: Readonly<Record<string, Said>> = {
  completed: { word: "Done", tone: "good" },
  running: { word: "Running", tone: "busy" },
  aborted: { word: "Given up", tone: "bad" },
  interrupted: { word: "Interrupted", tone: "warn" },
};

function ReceiptView(props: {
  readonly receipt: Receipt;
  readonly story: Story | undefined;
  readonly isOpen: boolean;
}) {
  const { receipt, story, isOpen } = props;
  const { result, resultReason, from, to, cause, reason } = receipt;
  const ask = receipt.requestedBy === undefined ? "" : `, asked for by ${receipt.requestedBy}`;
  return (
    <details class="failover" open={isOpen}>
      <summary>
        <Badge {...(RESULTS[result] ?? { word: result, tone: "quiet" })} />
        <span>{dayText(receipt.at)}</span>
        <span>
          {from ?? "?"} → {to ?? "nobody"}
        </span>
        <span class="total">{durationText(receipt.totalMs)}</span>
      </summary>
      <Phases phases={receipt.phases.length > 0 ? receipt.phases : storyPhases(story)} />
      <dl class="facts">
        <dt>Cause</dt>
        <dd>
          {cause}
          {reason === "" ? "" : `: ${reason}`}
          {ask}
        </dd>
        {fact("Ended", resultReason)}
        {fact("Votes", receipt.votes)}
        {fact("At risk", receipt.atRisk)}
        {fact("Old master", receipt.returned)}
        {fact("Seen by", receipt.isOwn ? undefined : "another sentinel led; this one was told")}
        {receipt.notes.map((note) => (
          <Fact key={note} name="Note" value={note} />
        ))}
      </dl>
      <Candidates receipt={receipt} />
      {story === undefined ? null : <Steps story={story} />}
      <p class="id">
        Receipt <code>{receipt.id}</code>
      </p>
    </details>
  );
}

function fact(name: string, value: string | undefined) {
  return value === undefined ? null : <Fact name={name} value={value} />;
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** Those that share a colour never stand beside each other. */
const PHASE_COLOURS: Readonly<Record<string, string>> = {
  detect: "p0",
  agree: "p1",
  elect: "p2",
  check: "p6",
  "catch-up": "p3",
  select: "p3",
  pause: "p0",
  "hand-over": "p1",
  promote: "p4",
  announce: "p5",
  reconfigure: "p7",
};

function colourOf(phase: string): string {
  return PHASE_COLOURS[phase] ?? "p5";
}

/** A bar of the phases, each as long as it took; the shortest can still be seen. */
function Phases({ phases }: { readonly phases: readonly { phase: string; ms: number }[] }) {
  if (phases.length === 0) return null;
  const text = phases.map(({ phase, ms }) => `${phase} ${durationText(ms)}`).join(", ");
  return (
    <>
      <div class="phases" role="img" aria-label={`Phases: ${text}`}>
        {phases.map(({ phase, ms }) => (
          <span
            key={phase}
            class={`phase ${colourOf(phase)}`}
            style={{ flexGrow: Math.max(1, Math.round(ms)) }}
            title={`${phase}: ${durationText(ms)}`}
          />
        ))}
      </div>
      <ul class="phase-names" aria-hidden="true">
        {phases.map(({ phase, ms }) => (
          <li key={phase}>
            <span class={`swatch ${colourOf(phase)}`} />
            {phase} <b>{durationText(ms)}</b>
          </li>
        ))}
      </ul>
    </>
  );
}

function Candidates({ receipt: { candidates } }: { readonly receipt: Receipt }) {
  if (candidates.length === 0) return null;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Candidate</th>
            <th scope="col">Verdict</th>
            <th scope="col">Why</th>
            <th scope="col">Offset</th>
            <th scope="col">Behind</th>
          </tr>
        </thead>
        <tbody>
          {candidates.map(({ address, verdict, reason, offset, behindBytes }) => (
            <tr key={address}>
              <th scope="row">{address}</th>
              <td data-label="Verdict">{verdict}</td>
              <td data-label="Why">{reason}</td>
              <td data-label="Offset" class="number">
                {offset === undefined ? "?" : countText(offset)}
              </td>
              <td data-label="Behind" class="number">
                {behindBytes === undefined ? "?" : bytesText(behindBytes)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Steps({ story }: { readonly story: Story }) {
  return (
    <ol class="steps">
      {story.steps.map(({ id, name, atMs, tookMs, text, tone }) => (
        <li key={id} class={tone}>
          <span class="at">{Math.round(atMs)} ms</span>
          <span class="took">+{Math.round(tookMs)}</span>
          <span class="what">{name}</span>
          <span class="why">{text}</span>
        </li>
      ))}
    </ol>
  );
}
