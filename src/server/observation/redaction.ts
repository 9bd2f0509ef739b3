import { type Bytes, textOf } from "../../base/bytes.ts";
import { secretParameters } from "../../wire/conf/secret-parameters.ts";

const REDACTED = "(redacted)";

/**
 * The words of a request as others may see them, in MONITOR and SLOWLOG: without passwords.
 * @param name `get`, `acl|setuser`
 */
export function redacted(name: string, args: readonly Bytes[]): readonly Bytes[] {
  switch (name) {
    case "auth":
      return hideFrom(args, 1);
    case "hello":
      return hideBehindAuth(args);
    case "acl|setuser":
    case "acl|getuser":
    case "acl|deluser":
      return hideFrom(args, 2);
    case "config|set":
      return args.map((word, at) =>
        at % 2 === 1 && at > 2 && isSecret(args[at - 1] ?? "") ? REDACTED : word,
      );
    default:
      return args;
  }
}

function hideFrom(args: readonly Bytes[], first: number): Bytes[] {
  return args.map((word, at) => (at < first ? word : REDACTED));
}

/** `HELLO 3 AUTH user password` */
function hideBehindAuth(args: readonly Bytes[]): readonly Bytes[] {
  const auth = args.findIndex((word, at) => at > 1 && textOf(word).toLowerCase() === "auth");
  if (auth === -1) return args;
  return args.map((word, at) => (at === auth + 1 || at === auth + 2 ? REDACTED : word));
}

function isSecret(parameter: Bytes): boolean {
  return secretParameters.has(textOf(parameter).toLowerCase());
}
