/** Error replies of the commands about connections (server spec §1.3, §4.3, §5.1). */

export const SYNTAX_ERROR = "ERR syntax error";
export const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
export const NOAUTH = "NOAUTH Authentication required.";
export const NOPROTO = "NOPROTO unsupported protocol version";
export const PROTOCOL_NOT_A_NUMBER = "ERR Protocol version is not an integer or out of range";
export const WRONGPASS = "WRONGPASS invalid username-password pair or user is disabled.";
export const NO_PASSWORD_CONFIGURED =
  "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?";
export const HELLO_NOAUTH =
  "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time";
export const BAD_CLIENT_NAME =
  "ERR Client names cannot contain spaces, newlines or special characters.";
export const NO_SUCH_CLIENT = "ERR No such client";
export const BAD_CLIENT_ID = "ERR Invalid client ID";
export const CLIENT_ID_NOT_POSITIVE = "ERR client-id should be greater than 0";
export const RESET_REFUSED = "ERR can only reset normal client connections";

/** The word of a client stands in an error up to this length (server spec §5.1). */
const LONGEST_QUOTED_WORD = 128;

export function wrongArity(fullName: string): string {
  return `ERR wrong number of arguments for '${fullName}' command`;
}

export function unknownSubcommand(command: string, subcommand: string): string {
  const word = subcommand.slice(0, LONGEST_QUOTED_WORD);
  return `ERR unknown subcommand '${word}'. Try ${command.toUpperCase()} HELP.`;
}

export function helloOption(option: string): string {
  return `ERR Syntax error in HELLO option '${option}'`;
}

export function unknownClientType(type: string): string {
  return `ERR Unknown client type '${type}'`;
}

export function noSuchUser(user: string): string {
  return `ERR No such user '${user}'`;
}

/** @param fullName `get`, `client|list` */
export function notForSubscribers(fullName: string): string {
  return `ERR Can't execute '${fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
}

/** The words of PUBSUB and ACL for too many arguments, where other commands have an arity. */
export function wrongSubcommandArguments(command: string, subcommand: string): string {
  return `ERR unknown subcommand or wrong number of arguments for '${subcommand}'. Try ${command} HELP.`;
}
