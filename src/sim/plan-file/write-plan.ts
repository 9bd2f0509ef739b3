import { FAULT_TYPES } from "../faults/fault-types.ts";
import type { Fault } from "../faults/fault.ts";
import type { ClusterPlan, GroupPlan, SimulationPlan } from "../plan.ts";
import { USUAL_CLUSTER, USUAL_DISK, USUAL_GROUP, USUAL_NETWORK, USUAL_SERVER } from "./usual.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A plan for a file: a fault a line, and only what is not as usual. */
export function writePlan(plan: SimulationPlan): string {
  const { seed, phaseMs } = plan;
  const faults = plan.faults.map((fault) => `    ${JSON.stringify(faultFields(fault, phaseMs))}`);
  return [
    "{",
    `  "seed": ${seed},`,
    `  "phaseMs": ${phaseMs},`,
    `  "cluster": ${JSON.stringify(clusterFields(plan.cluster))},`,
    faults.length === 0 ? `  "faults": []` : `  "faults": [\n${faults.join(",\n")}\n  ]`,
    "}",
    "",
  ].join("\n");
}

/** The same on one line, for a command line. */
export function writePlanInline({ seed, phaseMs, cluster, faults }: SimulationPlan): string {
  const written = {
    seed,
    phaseMs,
    cluster: clusterFields(cluster),
    faults: faults.map((fault) => faultFields(fault, phaseMs)),
  };
  return JSON.stringify(written);
}

function faultFields({ kind, atMs, forMs, with: details }: Fault, phaseMs: number): Fields {
  const usualMs = FAULT_TYPES[kind].lasts ? phaseMs - atMs : 0;
  return {
    kind,
    atMs,
    ...(forMs === usualMs ? {} : { forMs }),
    ...(Object.keys(details).length === 0 ? {} : { with: details }),
  };
}

function clusterFields({ groups, network, disk, ...numbers }: ClusterPlan): Fields {
  const { groups: _groups, network: _network, disk: _disk, ...usual } = USUAL_CLUSTER;
  return withoutEmpty({
    ...unusual(numbers, usual),
    groups: groups.map(groupFields),
    network: unusual(network, USUAL_NETWORK),
    disk: unusual(disk, USUAL_DISK),
  });
}

function groupFields({ servers, ...settings }: GroupPlan): Fields {
  return {
    ...unusual(settings, USUAL_GROUP),
    servers: servers.map((server) => unusual(server, USUAL_SERVER)),
  };
}

function unusual(fields: object, usual: object): Fields {
  const known = new Map<string, unknown>(Object.entries(usual));
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => known.get(key) !== value),
  );
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => typeof value !== "object" || value === null || Object.keys(value).length > 0,
    ),
  );
}
