/**
 * The texts that servers and sentinels exchange, as typed values. None of these throws: what makes no
 * sense is told as such.
 *
 * - `parseInfo`: an INFO answer, the fields a supervisor needs
 * - `parseRole`: the answer to ROLE, as a client library hands it out
 * - `parseHello`, `formatHello`: what sentinels say on `HELLO_CHANNEL`
 */
export {
  formatHello,
  HELLO_CHANNEL,
  type HelloContent,
  type HelloMessage,
  parseHello,
} from "../../wire/hello.ts";
export { type InfoReport, parseInfo } from "../../wire/info.ts";
export { parseRole, type ReplicaLinkState, type RoleReport } from "../../wire/role.ts";
