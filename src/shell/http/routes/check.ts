import { formatAddress } from "../../../base/address.ts";
import { masterDetails } from "../../../sentinel/views/master-details.ts";
import { askSentinel } from "../core-client.ts";
import { HttpError } from "../http-error.ts";
import { askHealth } from "../load-balancer.ts";
import { readableText } from "../reply-value.ts";
import type { Route } from "../route.ts";
import { FLAG, list, NAME, object, orNull, TEXT } from "../schemas.ts";
import { type HttpSource, ownAddress } from "../source.ts";
import { masterNamed } from "./masters.ts";

interface Finding {
  readonly level: "ok" | "warning" | "error";
  readonly what: string;
  readonly help: string | null;
}

/** Could a failover be agreed on and carried out now, and does everybody agree on the master? */
export function checkRoutes(source: HttpSource): readonly Route[] {
  const finding = object({ level: TEXT, what: TEXT, help: orNull(TEXT) });
  return [
    {
      method: "GET",
      url: "/api/v1/masters/:name/check",
      tag: "state",
      summary: "Could a failover be agreed on and carried out now?",
      params: { name: NAME },
      answers: {
        200: {
          description: "What was found",
          schema: object({ name: TEXT, ok: FLAG, findings: list(finding) }),
        },
      },
      handle: async (request) => {
        const name = masterNamed(source, request.param("name")).name;
        const findings = [
          await checkQuorum(source, name),
          await checkAgreement(source, name),
          ...checkCandidates(source, name),
        ];
        const ok = findings.every(({ level }) => level !== "error");
        return { name: readableText(name), ok, findings };
      },
    },
  ];
}

async function checkQuorum(source: HttpSource, name: string): Promise<Finding> {
  try {
    const told = await askSentinel(source, ["SENTINEL", "CKQUORUM", name]);
    return { level: "ok", what: typeof told === "string" ? told : "", help: null };
  } catch (cause) {
    if (!(cause instanceof HttpError)) throw cause;
    return {
      level: "error",
      what: `${cause.code} ${cause.message}`,
      help: "bring sentinels back, or add others: a failover needs the quorum and a majority",
    };
  }
}

async function checkAgreement(source: HttpSource, name: string): Promise<Finding> {
  const question = { name, address: undefined, lagBytesMax: undefined } as const;
  const { ok, reason, sentinels, address } = await askHealth(source, {
    kind: "master",
    ...question,
  });
  return ok
    ? {
        level: "ok",
        what: `${sentinels.behind} of ${sentinels.total} sentinels and the server itself say that ${address ?? ""} is the master`,
        help: null,
      }
    : {
        level: "error",
        what: `the master is not confirmed: ${reason ?? ""}`,
        help: "see /api/v1/masters/NAME for what each sentinel and server says",
      };
}

function checkCandidates(source: HttpSource, name: string): readonly Finding[] {
  const { state, now, facts } = source;
  const master = masterNamed(source, name);
  const self = { address: ownAddress(state), version: facts.version };
  const { ifMasterDied, quorum, replicas } = masterDetails(state, master, { now: now(), self });
  const findings: Finding[] = [];
  if (ifMasterDied.promoted === null) {
    const what = replicas.map(({ address, whyNot }) => `${address}: ${whyNot ?? ""}`).join("; ");
    findings.push({
      level: "error",
      what: `no replica could be promoted${what === "" ? ": there is none" : ` (${what})`}`,
      help: "a failover would end without a new master",
    });
  }
  if (quorum.ok && quorum.spare === 0) {
    findings.push({
      level: "warning",
      what: "no sentinel may be lost: with one less no failover is possible",
      help: "bring back those that are down, or add others: three are the least, five bear two losses",
    });
  }
  if (master.reported.role !== "master") {
    findings.push({
      level: "error",
      what: `${formatAddress(master.address)} is the master here and calls itself a replica`,
      help: "somebody gave it orders by hand; SENTINEL FAILOVER chooses another",
    });
  }
  return findings;
}
