import { bytesText, durationText } from "../../base/quantity-text.ts";
import { formatAddress } from "../../base/address.ts";
import type {
  AtRisk,
  Candidate,
  Cause,
  Receipt,
  Returned,
  Votes,
} from "../../sentinel/receipts/receipt.ts";

/** What each cause means, as a sentence begins with it. */
const CAUSES: Readonly<Record<Cause, string>> = {
  auto: "The master did not answer any more",
  crash: "The master's host refused connections",
  witness: "The master's replicas had lost it too",
  "empty-master": "The master came back without its data",
  "cold-start": "After a total outage the freshest history was looked for",
  manual: "An operator asked for it",
  forced: "An operator forced it",
  switchover: "An operator asked for a planned change",
  observed: "Another sentinel led it; this is what was told of the result",
};

const PHASES: Readonly<Record<string, string>> = {
  detect: "to notice, counted from the last answer",
  agree: "to agree that it is down",
  elect: "to elect a leader",
  check: "to check what a planned change needs",
  "catch-up": "for the target to catch up",
  select: "to choose a replica",
  pause: "without writes on the old master before it handed over",
  "hand-over": "to hand over",
  promote: "to promote it",
  announce: "to announce it",
  reconfigure: "for the other replicas to follow",
};

/** A receipt in words, line by line. */
export function storyOf(receipt: Receipt): string[] {
  const { cause, reason, requestedBy, epoch, master } = receipt;
  const by = requestedBy === undefined ? "" : ` (${requestedBy.user} from ${requestedBy.address})`;
  const at = new Date(receipt.at).toISOString();
  return [
    `${receipt.id}: ${outcomeText(receipt)}`,
    "",
    `${at}, master ${master}, epoch ${epoch}, told by sentinel ${receipt.sentinel.slice(0, 8)}${receipt.view === "observer" ? " (it did not lead)" : ""}.`,
    `${CAUSES[cause] ?? cause}${by}: ${reason}.`,
    ...votesLines(receipt.votes),
    ...candidateLines(receipt.candidates),
    ...phaseLines(receipt),
    ...riskLines(receipt.atRisk),
    ...returnedLines(receipt.returned),
    ...(receipt.notes.length === 0 ? [] : ["", ...receipt.notes]),
  ];
}

function outcomeText({ outcome, from, to, totalMs }: Receipt): string {
  const old = formatAddress(from);
  const took = durationText(totalMs);
  switch (outcome.result) {
    case "completed":
      return `${to === undefined ? "another server" : formatAddress(to)} became the master in place of ${old}, in ${took}.`;
    case "running":
      return `under way since ${took}, ${old} is to be replaced${to === undefined ? "" : ` by ${formatAddress(to)}`}.`;
    case "aborted":
      return `given up after ${took}: ${outcome.reason}. ${old} remained the master.`;
    case "interrupted":
      return `this sentinel was stopped in the middle (${outcome.reason}); how it ended is not known here.`;
  }
}

function votesLines(votes: Votes | undefined): string[] {
  if (votes === undefined) return [];
  const { received, needed, voters, quorum, from } = votes;
  const who = from.length === 0 ? "" : ` (${from.map((id) => id.slice(0, 8)).join(", ")})`;
  return [`Votes: ${received} of ${voters}${who}; ${needed} were needed, quorum ${quorum}.`];
}

function candidateLines(candidates: readonly Candidate[]): string[] {
  if (candidates.length === 0) return [];
  return [
    "",
    "Who could have taken over:",
    ...candidates.map(({ address, verdict, reason, behindBytes }) => {
      const behind =
        behindBytes === undefined || behindBytes === 0 ? "" : `, ${bytesText(behindBytes)} behind`;
      return `  ${formatAddress(address)}  ${verdict}: ${reason}${behind}`;
    }),
  ];
}

function phaseLines({ phases, totalMs }: Receipt): string[] {
  if (phases.length === 0) return [];
  const width = Math.max(...phases.map(({ ms }) => String(Math.round(ms)).length));
  return [
    "",
    "How long it took:",
    ...phases.map(({ phase, ms }) => {
      const number = String(Math.round(ms)).padStart(width);
      return `  ${number} ms  ${PHASES[phase] ?? phase}`;
    }),
    `  ${durationText(totalMs)} in all`,
  ];
}

function riskLines(risk: AtRisk | undefined): string[] {
  if (risk === undefined) return [];
  const { bytesAtLeast, bytesAtMost, operationsAtMost, mayGoOn, basis } = risk;
  const most = bytesAtMost === undefined ? "an unknown number" : bytesText(bytesAtMost);
  const operations =
    operationsAtMost === undefined
      ? ""
      : `, some ${operationsAtMost.toLocaleString("en")} commands`;
  const amount =
    bytesAtMost === bytesAtLeast
      ? `${most} may be lost${operations}`
      : `Between ${bytesText(bytesAtLeast)} and ${most} may be lost${operations}`;
  return [
    "",
    `${amount} (${basis}).`,
    ...(mayGoOn ? ["The old master may have taken writes after that, until it was reached."] : []),
  ];
}

function returnedLines(returned: Returned | undefined): string[] {
  if (returned === undefined) return [];
  const { at, extraBytes, extraOperations, reason, rescue } = returned;
  const bytes =
    extraBytes === undefined
      ? "what it had and its successor has not cannot be told"
      : `it had ${bytesText(extraBytes)} that its successor has not`;
  const operations =
    extraOperations === undefined ? "" : ` (some ${extraOperations.toLocaleString("en")} commands)`;
  return [
    "",
    `The old master came back at ${new Date(at).toISOString()}: ${bytes}${operations}. ${reason}`,
    ...(rescue === undefined
      ? []
      : [
          rescue.result === "kept"
            ? `Its extra writes are kept in ${rescue.file}: ${rescue.commands} commands, ${rescue.keys} keys.`
            : `Its extra writes could not be kept: ${rescue.reason}.`,
        ]),
  ];
}
