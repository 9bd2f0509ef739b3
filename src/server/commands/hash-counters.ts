import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { containerChanged, openContainer, openOrCreate, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { addExtended, formatExtended, parseFloatText } from "../extended-float.ts";
import { propagateAs } from "../propagation.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { addIntegers, integerOf } from "../strings.ts";
import type { KeyspaceEvent } from "../keyspace-events.ts";
import { keyAt } from "./strings.ts";

function hincrBy(state: ServerState, client: Client, args: Arguments): void {
  const amount = integerOf(args[3] ?? "");
  if (amount === undefined) {
    replyError(client, ERRORS.notAnInteger);
    return;
  }
  const opened = openContainer(state, client, keyAt(args, 1), "hash");
  if (opened === WRONG_TYPE) return;
  const old = integerOf(opened?.value.get(keyAt(args, 2)) ?? "0");
  if (old === undefined) {
    replyError(client, ERRORS.hashValueNotAnInteger);
    return;
  }
  const sum = addIntegers(old, amount);
  if (sum === undefined) {
    replyError(client, ERRORS.overflow);
    return;
  }
  setField(state, client, args, { value: String(sum), event: "hincrby" });
  client.reply.integer(sum);
}

/** Replicas get the result, so that no rounding of theirs can differ (server spec §2.14). */
function hincrByFloat(state: ServerState, client: Client, args: Arguments): void {
  const amount = parseFloatText(textOf(args[3] ?? ""));
  if (amount === undefined) {
    replyError(client, ERRORS.notAFloat);
    return;
  }
  if (amount === "infinite") {
    replyError(client, ERRORS.notFinite);
    return;
  }
  const opened = openContainer(state, client, keyAt(args, 1), "hash");
  if (opened === WRONG_TYPE) return;
  const old = parseFloatText(textOf(opened?.value.get(keyAt(args, 2)) ?? "0"));
  if (old === undefined) {
    replyError(client, ERRORS.hashValueNotAFloat);
    return;
  }
  if (old === "infinite") {
    replyError(client, ERRORS.notANumber);
    return;
  }
  const value = formatExtended(addExtended(old, amount));
  setField(state, client, args, { value, event: "hincrbyfloat" });
  propagateResult(state, args, { value, expireAt: opened?.value.expireAt(keyAt(args, 2)) });
  client.reply.bulk(value);
}

/** HSET would make a field stay that was to expire. */
function propagateResult(
  state: ServerState,
  args: Arguments,
  { value, expireAt }: { readonly value: string; readonly expireAt: number | undefined },
): void {
  const [key, field] = [keyAt(args, 1), keyAt(args, 2)];
  const words = ["HSET", key, field, value];
  if (expireAt === undefined) propagateAs(state, words);
  else propagateAs(state, words, ["HPEXPIREAT", key, String(expireAt), "FIELDS", "1", field]);
}

function setField(
  state: ServerState,
  client: Client,
  args: Arguments,
  { value, event }: { readonly value: string; readonly event: KeyspaceEvent },
): void {
  const opened = openOrCreate(state, client, keyAt(args, 1), "hash");
  if (opened === WRONG_TYPE) return;
  opened.value.setKeepingExpiry(keyAt(args, 2), value);
  containerChanged(state, client.database, opened, event);
}

const WMF = flags("wmF");

export const HASH_COUNTER_COMMANDS: readonly Command[] = [
  { name: "hincrby", arity: 4, flags: WMF, keys: FIRST_KEY, group: "hash", run: hincrBy },
  { name: "hincrbyfloat", arity: 4, flags: WMF, keys: FIRST_KEY, group: "hash", run: hincrByFloat },
];
