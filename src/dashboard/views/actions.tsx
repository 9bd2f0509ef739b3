import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import type { MasterDetails, SentinelInfo } from "../api/types.ts";
import {
  type Change,
  type ChangeKind,
  consequenceOf,
  obstacleTo,
  requestOf,
  TITLES,
} from "../model/changes.ts";
import type { Session } from "../session.ts";
import { heldToken, holdToken } from "../token.ts";

/** The buttons that change something; each asks before it does. */
export function Actions(props: {
  readonly details: MasterDetails;
  readonly sentinel: SentinelInfo | undefined;
  readonly isLive: boolean;
  readonly session: Session;
}) {
  const { details, sentinel, isLive, session } = props;
  const [asked, setAsked] = useState<ChangeKind | undefined>(undefined);
  const [told, setTold] = useState("");
  const pausing: ChangeKind = details.paused === null ? "pause" : "resume";
  const kinds: readonly ChangeKind[] = ["switchover", "failover", pausing];
  const isOff = sentinel?.changes !== "token";
  return (
    <div class="actions">
      {kinds.map((kind) => {
        const obstacle = isOff
          ? "changes are off: the sentinel has no http-token-file"
          : isLive
            ? obstacleTo(kind, details)
            : "the connection is lost";
        return (
          <button
            key={kind}
            type="button"
            class={kind === "failover" ? "danger" : ""}
            disabled={obstacle !== undefined}
            title={obstacle ?? ""}
            onClick={() => {
              setTold("");
              setAsked(kind);
            }}
          >
            {TITLES[kind]}…
          </button>
        );
      })}
      <span class="told" role="status">
        {isOff ? "Changes are off" : told}
      </span>
      {asked === undefined ? null : (
        <Confirmation
          kind={asked}
          details={details}
          session={session}
          onEnd={(text) => {
            setAsked(undefined);
            setTold(text);
          }}
        />
      )}
    </div>
  );
}

const PAUSES: readonly (readonly [ms: number, text: string])[] = [
  [600_000, "10 minutes"],
  [1_800_000, "30 minutes"],
  [3_600_000, "1 hour"],
  [14_400_000, "4 hours"],
];

function Confirmation(props: {
  readonly kind: ChangeKind;
  readonly details: MasterDetails;
  readonly session: Session;
  readonly onEnd: (told: string) => void;
}) {
  const { kind, details, session, onEnd } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [to, setTo] = useState<string | null>(null);
  const [forMs, setForMs] = useState(600_000);
  const [reason, setReason] = useState("");
  const [token, setToken] = useState(heldToken);
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  useEffect(() => dialog.current?.showModal(), []);
  const change = changeOf(kind, { to, forMs, reason });
  const order = async () => {
    setIsBusy(true);
    setRefusal(undefined);
    try {
      const { path, body } = requestOf(change);
      const answer = await session.order(details.name, path, { token, body });
      holdToken(token);
      onEnd(`${TITLES[kind]}: ${answer}`);
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 401) {
        holdToken("");
        setToken("");
      }
      setRefusal(refusalText(cause));
      setIsBusy(false);
    }
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="asked"
      onClose={() => onEnd("")}
      onCancel={() => onEnd("")}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy && token !== "") void order();
        }}
      >
        <h2 id="asked">
          {TITLES[kind]}: {details.name}
        </h2>
        {kind === "switchover" ? <Targets details={details} to={to} onChoose={setTo} /> : null}
        {kind === "pause" ? (
          <>
            <label>
              For
              <select onChange={(event) => setForMs(Number(event.currentTarget.value))}>
                {PAUSES.map(([ms, text]) => (
                  <option key={ms} value={ms} selected={ms === forMs}>
                    {text}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Why (others will read it)
              <input
                type="text"
                maxLength={200}
                value={reason}
                onInput={(event) => setReason(event.currentTarget.value)}
              />
            </label>
          </>
        ) : null}
        <p class="consequence">{consequenceOf(change, details)}</p>
        <label>
          Token
          <input
            type="password"
            autocomplete="off"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <small>Kept in this tab only.</small>
        </label>
        {refusal === undefined ? null : (
          <p class="refusal" role="alert">
            {refusal}
          </p>
        )}
        <div class="buttons">
          <button type="button" onClick={() => onEnd("")}>
            Cancel
          </button>
          <button type="submit" class="danger" disabled={isBusy || token === ""}>
            {isBusy ? "Ordering…" : TITLES[kind]}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Targets(props: {
  readonly details: MasterDetails;
  readonly to: string | null;
  readonly onChoose: (to: string | null) => void;
}) {
  const { details, to, onChoose } = props;
  const { promoted } = details.ifMasterDied;
  return (
    <fieldset>
      <legend>To which replica</legend>
      <label class="choice">
        <input type="radio" name="to" checked={to === null} onChange={() => onChoose(null)} />
        The best{promoted === null ? "" : ` (now ${promoted})`}
      </label>
      {details.replicas.map(({ address, promotable, whyNot }) => (
        <label key={address} class="choice">
          <input
            type="radio"
            name="to"
            checked={to === address}
            onChange={() => onChoose(address)}
          />
          {address}
          {promotable ? null : <small>{whyNot ?? "would not be chosen now"}</small>}
        </label>
      ))}
    </fieldset>
  );
}

function changeOf(
  kind: ChangeKind,
  given: { readonly to: string | null; readonly forMs: number; readonly reason: string },
): Change {
  if (kind === "switchover") return { kind, to: given.to };
  if (kind === "pause") return { kind, forMs: given.forMs, reason: given.reason };
  return { kind };
}

function refusalText(cause: unknown): string {
  if (cause instanceof ApiError) {
    if (cause.status === 401) return "That is not the token.";
    return cause.hint === undefined ? cause.message : `${cause.message} (${cause.hint})`;
  }
  return "The sentinel cannot be reached: nothing is known of whether the order arrived.";
}
