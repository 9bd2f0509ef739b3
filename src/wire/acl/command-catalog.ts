import { CATEGORIES, type Category, type CategorySet, isInCategory } from "./categories.ts";

/** A command or a subcommand as rules name it. */
export interface AclCommand {
  /** Its place in the catalog. */
  readonly index: number;
  /** `get`, or `config|get` for a subcommand; lower case. */
  readonly name: string;
  readonly categories: CategorySet;
  /** False for a command of Redis that this daemon lacks: rules may name it all the same. */
  readonly isOffered: boolean;
  /** Of a container such as `config`. */
  readonly subcommands: readonly AclCommand[];
}

/** What is known of a command before it has its place. */
export interface ListedCommand {
  readonly name: string;
  readonly categories: CategorySet;
  readonly isOffered: boolean;
}

interface Entry extends AclCommand {
  readonly subcommands: AclCommand[];
}

/** Everything that a rule about commands can name. */
export class CommandCatalog {
  readonly all: readonly AclCommand[];
  readonly #members: ReadonlyMap<Category, readonly AclCommand[]>;
  readonly #covered: ReadonlyMap<Category, readonly AclCommand[]>;
  readonly #byName: ReadonlyMap<string, AclCommand>;

  constructor(listed: Iterable<ListedCommand>) {
    const entries = Array.from(listed, (one, index): Entry => ({ ...one, index, subcommands: [] }));
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    for (const entry of entries) {
      const [container = "", subcommand] = entry.name.split("|");
      if (subcommand !== undefined) byName.get(container)?.subcommands.push(entry);
    }
    this.all = entries;
    this.#byName = byName;
    const members = CATEGORIES.map(
      (category) =>
        [category, entries.filter((entry) => isInCategory(entry.categories, category))] as const,
    );
    this.#members = new Map(members);
    this.#covered = new Map(
      members.map(([category, commands]) => [
        category,
        [...new Set(commands.flatMap((command) => [command, ...command.subcommands]))],
      ]),
    );
  }

  /** @param name `get`, `config|get`; letters of either case are the same */
  find(name: string): AclCommand | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.toLowerCase());
  }

  /** Commands and subcommands that belong to the category themselves. */
  inCategory(category: Category): readonly AclCommand[] {
    return this.#members.get(category) ?? [];
  }

  /** What a rule about the category sets: a container takes its subcommands with it. */
  coveredBy(category: Category): readonly AclCommand[] {
    return this.#covered.get(category) ?? [];
  }
}
