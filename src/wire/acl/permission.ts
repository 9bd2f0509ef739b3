import type { AclCommand } from "./command-catalog.ts";
import { allowsCommand } from "./command-rules.ts";
import {
  allowsChannel,
  allowsKey,
  type ChannelUse,
  type KeyUse,
  type Selector,
} from "./selector.ts";
import type { User } from "./user.ts";

/** A request, as far as permissions depend on it. */
export interface AccessRequest {
  readonly command: AclCommand;
  /** The word behind the command's name. */
  readonly firstArgument: string | undefined;
  /** In the order of the request. */
  readonly keys: readonly KeyUse[];
  readonly channels: readonly ChannelUse[];
}

/** What a user lacks. */
export interface Denial {
  readonly reason: "command" | "key" | "channel";
  /** The command's name, the key, or the channel. */
  readonly object: string;
}

/** How far a selector followed a request before it refused. */
interface Refusal extends Denial {
  readonly position: number;
}

const RANK: Readonly<Record<Denial["reason"], number>> = { command: 0, key: 1, channel: 2 };

/**
 * Whether one of the user's selectors allows the whole request.
 * @returns what is lacking, by the selector that came furthest
 */
export function denialOf(user: User, request: AccessRequest): Denial | undefined {
  let furthest: Refusal | undefined;
  for (const selector of user.selectors) {
    const refusal = refusalOf(selector, request);
    if (refusal === undefined) return undefined;
    if (furthest === undefined || isFurther(refusal, furthest)) furthest = refusal;
  }
  if (furthest === undefined) return undefined;
  return { reason: furthest.reason, object: furthest.object };
}

function refusalOf(selector: Selector, request: AccessRequest): Refusal | undefined {
  const { command, firstArgument, keys, channels } = request;
  if (!allowsCommand(selector.commands, command, firstArgument)) {
    return { reason: "command", object: command.name, position: 0 };
  }
  const keyAt = keys.findIndex((use) => !allowsKey(selector, use));
  const key = keys[keyAt];
  if (key !== undefined) return { reason: "key", object: key.key, position: keyAt };
  const channelAt = channels.findIndex((use) => !allowsChannel(selector, use));
  const channel = channels[channelAt];
  if (channel === undefined) return undefined;
  return { reason: "channel", object: channel.channel, position: channelAt };
}

function isFurther(one: Refusal, other: Refusal): boolean {
  const ranks = RANK[one.reason] - RANK[other.reason];
  return ranks > 0 || (ranks === 0 && one.position > other.position);
}

const NO_CHANNELS: readonly ChannelUse[] = [];

/** The channels of a request; leaving one needs no permission for it. @param args the name first */
export function channelsOf(name: string, args: readonly string[]): readonly ChannelUse[] {
  switch (name) {
    case "publish":
    case "spublish":
      return args.slice(1, 2).map((channel) => ({ channel, isPattern: false }));
    case "subscribe":
    case "ssubscribe":
      return args.slice(1).map((channel) => ({ channel, isPattern: false }));
    case "psubscribe":
      return args.slice(1).map((channel) => ({ channel, isPattern: true }));
    default:
      return NO_CHANNELS;
  }
}

/** The error reply; Redis 7.0's words (sentinel spec §7.1). */
export function denialError({ reason, object }: Denial): string {
  switch (reason) {
    case "command":
      return `NOPERM this user has no permissions to run the '${object}' command`;
    case "key":
      return "NOPERM this user has no permissions to access one of the keys used as arguments";
    case "channel":
      return "NOPERM this user has no permissions to access one of the channels used as arguments";
  }
}

/** What `ACL DRYRUN` answers. */
export function denialExplanation({ reason, object }: Denial): string {
  return reason === "command"
    ? `This user has no permissions to run the '${object}' command`
    : `This user has no permissions to access the '${object}' ${reason}`;
}

/** The error of a command in a transaction that was allowed when it was queued. */
export function denialAtExec({ reason }: Denial): string {
  return `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${AT_EXEC[reason]}`;
}

const AT_EXEC: Readonly<Record<Denial["reason"], string>> = {
  command: "no permission to execute the command or subcommand",
  key: "no permission to touch the specified keys",
  channel: "no permission to access one of the channels used as arguments",
};
