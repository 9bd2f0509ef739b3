import type { Address } from "../../base/address.ts";
import { isHost, parsePort } from "../../wire/host.ts";
import { usageError } from "./exit-status.ts";

/**
 * `HOST:PORT` of an instance, an IPv6 address with or without its brackets.
 * @param option what the text was given for, for the message
 * @throws OperatorError with what was expected
 */
export function placeOf(text: string, option: string): Address {
  const [, given = "", digits = ""] = /^(.+):(\d+)$/.exec(text.trim()) ?? [];
  const host = given.replace(/^\[(.*)\]$/, "$1");
  const port = parsePort(digits);
  if (port !== undefined && port > 0 && isHost(host)) return { host, port };
  throw usageError(`${option} ${text}: expected HOST:PORT, for example 192.0.2.11:26379`);
}

/** `HOST:PORT[,HOST:PORT …]`. */
export function placesOf(text: string, option: string): Address[] {
  return text
    .split(",")
    .filter((each) => each.trim() !== "")
    .map((each) => placeOf(each, option));
}
