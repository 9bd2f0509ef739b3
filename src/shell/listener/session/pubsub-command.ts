import { textOf } from "../../../base/bytes.ts";
import { array, bulk, integer } from "../../../resp/reply.ts";
import type { SessionCommand } from "./session-command.ts";
import { wrongSubcommandArguments } from "./session-errors.ts";
import { subcommand, tableWithHelp } from "./subcommands.ts";

const channels: SessionCommand = (client, args, { pubSub }) => {
  if (args.length > 3)
    return client.reply.error(wrongSubcommandArguments("PUBSUB", textOf(args[1] ?? "")));
  const pattern = args[2] === undefined ? undefined : textOf(args[2]);
  return client.reply.reply(array(pubSub.channels(pattern).map(bulk)));
};

const numsub: SessionCommand = (client, args, { pubSub }) => {
  const names = args.slice(2);
  client.reply.reply(
    array(names.flatMap((name) => [bulk(name), integer(pubSub.subscribersOf(textOf(name)))])),
  );
};

const numpat: SessionCommand = (client, _args, { pubSub }) => {
  client.reply.integer(pubSub.patternCount);
};

const shardchannels: SessionCommand = (client, args, { pubSub }) => {
  if (args.length > 3)
    return client.reply.error(wrongSubcommandArguments("PUBSUB", textOf(args[1] ?? "")));
  const pattern = args[2] === undefined ? undefined : textOf(args[2]);
  return client.reply.reply(array(pubSub.shardChannels(pattern).map(bulk)));
};

const shardnumsub: SessionCommand = (client, args, { pubSub }) => {
  const counts = args
    .slice(2)
    .flatMap((name) => [bulk(name), integer(pubSub.shardSubscribersOf(textOf(name)))]);
  client.reply.reply(array(counts));
};

/** PUBSUB of the server; a sentinel does not have it. */
export const PUBSUB_SUBCOMMANDS = tableWithHelp("PUBSUB", [
  subcommand("channels", -2, channels, [
    "CHANNELS [<pattern>]",
    "    Channels with subscribers, all or those that match.",
  ]),
  subcommand("numpat", 2, numpat, ["NUMPAT", "    Number of subscribed patterns."]),
  subcommand("numsub", -2, numsub, [
    "NUMSUB [<channel> ...]",
    "    Subscribers of each channel, patterns not counted.",
  ]),
  subcommand("shardchannels", -2, shardchannels, [
    "SHARDCHANNELS [<pattern>]",
    "    Sharded channels with subscribers.",
  ]),
  subcommand("shardnumsub", -2, shardnumsub, [
    "SHARDNUMSUB [<shardchannel> ...]",
    "    Subscribers of each sharded channel.",
  ]),
]);
