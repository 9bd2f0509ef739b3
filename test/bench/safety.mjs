// What is lost, and for how long nothing can be written, when a master is changed or comes back:
// redis-sentinel and vedette-sentinel side by side, in blocks of rounds that take turns.
import { report, tellRound } from "./report.mjs";
import { CREDENTIALS } from "./safety/credentials.mjs";
import { SWITCHOVER } from "./safety/switchover.mjs";
import { ZOMBIE } from "./safety/zombie.mjs";

/** @typedef {import("./processes.mjs").Kind} Kind */
/** @typedef {import("./report.mjs").Figure} Figure */

/**
 * One program that is measured, in one set-up.
 * @typedef {object} Column
 * @property {string} title
 * @property {readonly Kind[]} sentinels
 * @property {Kind} server
 * @property {readonly string[]} [settings] lines of a vedette-sentinel's configuration
 * @property {number} [share] of the rounds that this one gets; 1 unless said otherwise
 */

/**
 * Something that happens to a group under load. A new one is a file in `safety/` and a row in `SCENARIOS`.
 * @typedef {object} Scenario
 * @property {string} meaning
 * @property {readonly Figure[]} figures
 * @property {readonly Column[]} columns the first is the reference that the others are compared with
 * @property {number} rounds unless the command line says otherwise
 * @property {number} block so many rounds are made with the same processes, before the next column's turn
 * @property {(column: Column, rounds: number) => Promise<readonly Readonly<Record<string, number>>[]>} measure
 *   the figures of each round, by their keys
 */

/** @type {Readonly<Record<string, Scenario>>} */
const SCENARIOS = {
  switchover: SWITCHOVER,
  zombie: ZOMBIE,
  credentials: CREDENTIALS,
};

/**
 * @param {{ rounds?: number, only?: readonly number[], faults?: readonly string[], json?: boolean }}
 *   options `only`: which columns, by number; `faults`: which scenarios, by name
 */
export async function benchSafety({
  rounds,
  only = [0, 1, 2, 3],
  faults = Object.keys(SCENARIOS),
  json = false,
}) {
  for (const name of faults) {
    const scenario = SCENARIOS[name];
    if (scenario === undefined) {
      throw new Error(`no scenario is called ${name}: ${Object.keys(SCENARIOS).join(", ")}`);
    }
    console.error(`safety: ${scenario.meaning}`);
    const columns = await measureAll(name, scenario, { rounds: rounds ?? scenario.rounds, only });
    if (!json) console.log(`\n== ${scenario.meaning}`);
    report(`safety-${name}`, scenario.figures, columns, { json });
  }
}

/**
 * @param {string} name
 * @param {Scenario} scenario
 * @param {{ rounds: number, only: readonly number[] }} which
 */
async function measureAll(name, scenario, { rounds, only }) {
  const columns = scenario.columns
    .filter((_, index) => only.includes(index))
    .map((column) => ({
      ...column,
      wanted: Math.max(1, Math.round(rounds * (column.share ?? 1))),
      rounds: /** @type {Readonly<Record<string, number>>[]} */ ([]),
    }));
  while (columns.some((column) => column.rounds.length < column.wanted)) {
    for (const column of columns) {
      const count = Math.min(scenario.block, column.wanted - column.rounds.length);
      if (count <= 0) continue;
      const measured = await scenario.measure(column, count);
      for (const figures of measured) {
        column.rounds.push(figures);
        tellRound(`${name} ${column.rounds.length} of ${column.wanted}, ${column.title}`, figures);
      }
    }
  }
  return columns;
}
