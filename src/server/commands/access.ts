import { type Command, flags, NO_KEYS, type Subcommand } from "../command.ts";

const ADMIN: Omit<Subcommand, "arity"> = { flags: flags("asLT") };
const OPEN: Omit<Subcommand, "arity"> = { flags: flags("sLT") };

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["cat", { arity: -2, ...OPEN }],
  ["deluser", { arity: -3, ...ADMIN }],
  ["dryrun", { arity: -4, ...ADMIN }],
  ["genpass", { arity: -2, ...OPEN }],
  ["getuser", { arity: 3, ...ADMIN }],
  ["help", { arity: 2, flags: flags("LT") }],
  ["list", { arity: 2, ...ADMIN }],
  ["load", { arity: 2, ...ADMIN }],
  ["log", { arity: -2, ...ADMIN }],
  ["save", { arity: 2, ...ADMIN }],
  ["setuser", { arity: -3, ...ADMIN }],
  ["users", { arity: 2, ...ADMIN }],
  ["whoami", { arity: 2, ...OPEN }],
]);

/** ACL, which the listener implements for both daemons. */
export const ACCESS_COMMANDS: readonly Command[] = [
  {
    name: "acl",
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    group: "server",
    subcommands: SUBCOMMANDS,
    run: (state, client, args) => state.environment.session(client, args),
  },
];
