import { useState } from "preact/hooks";
import type { EventItem } from "../api/types.ts";
import { clockText, eventTone } from "../model/words.ts";
import { Card, shapeOf } from "./parts.tsx";

const SHOWN = 200;

/** What happens, the newest first. */
export function EventLog(props: {
  readonly events: readonly EventItem[];
  readonly gaps: ReadonlySet<string>;
  readonly master: string;
}) {
  const { events, gaps, master } = props;
  const [all, setAll] = useState(false);
  const wanted = all ? events : events.filter((event) => event.master === master);
  const shown = wanted.slice(-SHOWN).reverse();
  return (
    <Card
      id="events"
      title="Events"
      wide
      aside={
        <label class="check">
          <input
            type="checkbox"
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
          of all masters
        </label>
      }
    >
      {shown.length === 0 ? <p class="none">Nothing has happened yet.</p> : null}
      <ol class="events" aria-label="Events, the newest first">
        {shown.map((event) => (
          <EventLine key={event.id} event={event} isBehindGap={gaps.has(event.id)} />
        ))}
      </ol>
    </Card>
  );
}

function EventLine({
  event,
  isBehindGap,
}: {
  readonly event: EventItem;
  readonly isBehindGap: boolean;
}) {
  const tone = eventTone(event);
  return (
    <li class={tone}>
      <time dateTime={event.at}>{clockText(Date.parse(event.at))}</time>
      <span class="what">
        <span class="shape" aria-hidden="true">
          {shapeOf(tone)}
        </span>
        {event.name}
      </span>
      <span class="why">
        {event.message}
        {event.reason === null ? null : <em>{event.reason}</em>}
        {isBehindGap ? <em>events before this one were missed</em> : null}
      </span>
    </li>
  );
}
