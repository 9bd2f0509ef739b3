import { useEffect, useState } from "preact/hooks";
import { durationText } from "../../base/quantity-text.ts";
import type { Connection, Model } from "../model/model.ts";
import { clockText, stateSaid } from "../model/words.ts";
import type { Session } from "../session.ts";
import { applyTheme, chosenTheme, type Theme, THEMES } from "../theme.ts";
import { Actions } from "./actions.tsx";
import { EventLog } from "./event-log.tsx";
import { Failovers } from "./failovers.tsx";
import { MasterList } from "./master-list.tsx";
import { Outlook, pauseText } from "./outlook.tsx";
import { Badge, Card } from "./parts.tsx";
import { Sentinels, Servers } from "./tables.tsx";
import { Topology } from "./topology.tsx";

/** The whole page. */
export function App({ session }: { readonly session: Session }) {
  const [model, setModel] = useState(session.model);
  useEffect(() => session.watch(setModel), [session]);
  useEffect(() => {
    const follow = () => session.select(nameInAddress());
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [session]);
  const only = model.masters.size === 1 ? [...model.masters.keys()][0] : undefined;
  useEffect(() => {
    if (only !== undefined && model.selected === undefined) session.select(only);
  }, [only, model.selected, session]);
  const isList = model.masters.size > 1;
  const page = `page${isList ? " many" : ""}${model.selected === undefined ? " none-selected" : ""}`;
  return (
    <div class={page}>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to the master
      </a>
      <Header model={model} session={session} />
      {isList ? (
        <MasterList
          masters={model.masters}
          selected={model.selected}
          onSelect={(name) => {
            location.hash = addressOf(name);
          }}
        />
      ) : null}
      <main id="content" tabIndex={-1}>
        <Content model={model} session={session} />
      </main>
      <Announcer model={model} />
    </div>
  );
}

function Content({ model, session }: { readonly model: Model; readonly session: Session }) {
  const { details, selected, masters, connection, events, gaps, sentinel } = model;
  if (selected === undefined) {
    const text = masters.size === 0 ? emptyText(connection) : "Choose a master.";
    return <p class="none">{text}</p>;
  }
  if (model.isGone) return <p class="none">{selected} is not watched by this sentinel.</p>;
  if (details === undefined) return <p class="none">Loading {selected}…</p>;
  return (
    <>
      <div class="title">
        {masters.size > 1 ? (
          <a class="back" href="#">
            All masters
          </a>
        ) : null}
        <h1>{details.name}</h1>
        <Badge {...stateSaid(details.state)} />
        <span class="where">{details.address}</span>
        {details.failover.phase === "none" ? null : (
          <Badge word={failoverText(details.failover)} tone="busy" />
        )}
        <Actions
          key={details.name}
          details={details}
          sentinel={sentinel}
          isLive={connection.kind === "live"}
          session={session}
        />
      </div>
      {details.paused === null ? null : (
        <p class="banner warn" role="status">
          ▲ {pauseText(details.paused)}
        </p>
      )}
      <div class="cards">
        <Card id="topology" title="Topology">
          <Topology details={details} />
        </Card>
        <Outlook details={details} />
        <Failovers details={details} events={events} />
        <Servers details={details} />
        <Sentinels details={details} />
        <EventLog events={events} gaps={gaps} master={details.name} />
      </div>
    </>
  );
}

function failoverText(failover: NonNullable<Model["details"]>["failover"]): string {
  const { phase, forMs } = failover;
  const since = forMs === null ? "" : ` for ${durationText(forMs)}`;
  return `${phase.replaceAll("_", " ")}${since}`;
}

function emptyText(connection: Connection): string {
  return connection.kind === "live" ? "Nothing is watched yet." : "Loading…";
}

function Header({ model, session }: { readonly model: Model; readonly session: Session }) {
  const { sentinel, connection } = model;
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  return (
    <header class="top">
      <span class="brand">vedette</span>
      {sentinel === undefined ? null : (
        <span class="self" title={`run id ${sentinel.runId}, version ${sentinel.version}`}>
          as seen by {sentinel.address ?? sentinel.runId.slice(0, 8)}
        </span>
      )}
      {sentinel?.tilt === true ? <Badge word="TILT: acts on nothing" tone="bad" /> : null}
      <ConnectionState connection={connection} onRetry={() => session.retryNow()} />
      <label class="theme">
        <span class="hidden">Colours</span>
        <select
          onChange={(event) => {
            const chosen = THEMES.find((each) => each === event.currentTarget.value) ?? "system";
            applyTheme(chosen);
            setTheme(chosen);
          }}
        >
          {THEMES.map((each) => (
            <option key={each} value={each} selected={each === theme}>
              {THEME_WORDS[each]}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}

const THEME_WORDS: Readonly<Record<Theme, string>> = {
  system: "System colours",
  light: "Light",
  dark: "Dark",
};

function ConnectionState(props: { readonly connection: Connection; readonly onRetry: () => void }) {
  const { connection, onRetry } = props;
  switch (connection.kind) {
    case "live":
      return (
        <span class="connection" role="status">
          <Badge word="Live" tone="good" />
        </span>
      );
    case "connecting":
      return (
        <span class="connection" role="status">
          <Badge word="Connecting" tone="quiet" />
        </span>
      );
    case "lost":
      return (
        <span class="connection lost" role="alert">
          <Badge
            word={`Connection lost at ${clockText(connection.since).slice(0, 8)}`}
            tone="bad"
          />
          <span class="reason">{connection.reason}; what is shown is old</span>
          <button type="button" onClick={onRetry}>
            Try now
          </button>
        </span>
      );
  }
}

/** Tells those who do not see the page of what matters. */
function Announcer({ model: { events, selected } }: { readonly model: Model }) {
  const last = events.findLast(
    ({ name, master }) =>
      master === selected && /^(?:[+-]odown|\+switch-master|-failover-abort)/.test(name),
  );
  return (
    <p class="hidden" aria-live="polite">
      {last === undefined ? "" : `${last.name.slice(1)}: ${last.message}`}
    </p>
  );
}

/** The part behind # names the master that is looked at: following the link would leave it. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

const PREFIX = "#/m/";

function addressOf(name: string): string {
  return PREFIX + encodeURIComponent(name);
}

function nameInAddress(): string | undefined {
  const { hash } = location;
  if (!hash.startsWith(PREFIX)) return undefined;
  try {
    return decodeURIComponent(hash.slice(PREFIX.length));
  } catch {
    return undefined;
  }
}
