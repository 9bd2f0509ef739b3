import { CATEGORIES, type Category } from "./categories.ts";
import type { CommandCatalog } from "./command-catalog.ts";
import type { CommandRules } from "./command-rules.ts";

/**
 * The shortest rules that make these permissions, as Redis 7.0 writes them: first the categories of
 * which more is meant than not, then what they leave over, command by command.
 * Source: observed with redis-server 7.0.15, compared over random rules.
 */
export function formatCommandRules(rules: CommandRules, catalog: CommandCatalog): string {
  const { allowsAll } = rules;
  const covered = new Uint8Array(rules.allowed.length).fill(allowsAll ? 1 : 0);
  const sign = allowsAll ? "-" : "+";
  const words = [allowsAll ? "+@all" : "-@all"];
  for (const category of categoriesToName(rules, catalog)) {
    words.push(`${sign}@${category}`);
    for (const { index } of catalog.coveredBy(category)) covered[index] = allowsAll ? 0 : 1;
  }
  for (const command of catalog.all) {
    const wanted = rules.allowed[command.index] ?? 0;
    if (covered[command.index] !== wanted) {
      words.push(`${wanted === 1 ? "+" : "-"}${command.name}`);
      covered[command.index] = wanted;
      for (const { index } of command.subcommands) covered[index] = wanted;
    }
    if (wanted === 1) continue;
    for (const argument of rules.firstArguments.get(command) ?? []) {
      words.push(`+${command.name}|${argument}`);
    }
  }
  return words.join(" ");
}

/** What of a category is still to be said, and what would be said too much with it. */
interface Gain {
  readonly meant: number;
  readonly tooMuch: number;
}

function categoriesToName(rules: CommandRules, catalog: CommandCatalog): Category[] {
  const exception = rules.allowsAll ? 0 : 1;
  const unsaid = Uint8Array.from(rules.allowed);
  const named: Category[] = [];
  for (;;) {
    let best: (Gain & { readonly category: Category }) | undefined;
    for (const category of CATEGORIES) {
      if (named.includes(category)) continue;
      const members = catalog.inCategory(category);
      const meant = members.filter(({ index }) => unsaid[index] === exception).length;
      const gain = { meant, tooMuch: members.length - meant };
      if (gain.meant > gain.tooMuch && (best === undefined || isBetter(gain, best))) {
        best = { category, ...gain };
      }
    }
    if (best === undefined) return named;
    named.push(best.category);
    for (const { index } of catalog.coveredBy(best.category)) unsaid[index] = 1 - exception;
  }
}

function isBetter(one: Gain, other: Gain): boolean {
  return one.tooMuch < other.tooMuch || (one.tooMuch === other.tooMuch && one.meant > other.meant);
}
