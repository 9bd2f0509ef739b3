/** Why a rule is refused, in Redis' words; observed with redis-server 7.0.15. */
export const RULE_PROBLEM = {
  syntax: "Syntax error",
  unknownCommand: "Unknown command or category name in ACL",
  argumentOfSubcommand: "Allowing first-arg of a subcommand is not supported",
  keysAreAll:
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  channelsAreAll:
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
  hash: "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters",
  noSuchPassword: "The password you are trying to remove from the user does not exist",
  duplicateUser: "Duplicate user found. A user can only be defined once in config files",
} as const;

export type RuleProblem = (typeof RULE_PROBLEM)[keyof typeof RULE_PROBLEM];

/** A rule that was refused. */
export interface RefusedRule {
  readonly rule: string;
  readonly problem: RuleProblem;
}
