import { type Address, formatAddress } from "../../base/address.ts";
import type { Input } from "../../sentinel/input.ts";
import type { Log } from "../log.ts";
import { TLS_FAULT } from "../tls/tls-faults.ts";

/** An error reply begins with its code word; what the system says does not. */
const ERROR_REPLY = /^[A-Z]{2,} /;

type Subject = "link" | "subscription" | "password";

const FAILURES: Readonly<Record<Subject, string>> = {
  link: "link lost",
  subscription: "subscription lost",
  password: "password refused, and not needed",
};

/**
 * Tells the log why links fail: the core only knows that they do. A reason is told once until the
 * link works or fails for another one, since a dead instance is tried again every second. What the
 * server itself refuses (a wrong password, a missing right), or a certificate that does not fit, is
 * for an operator to mend.
 */
export class LinkTroubles {
  readonly #log: Log;
  readonly #known = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes what a link to this address reports. */
  note(address: Address, input: Input): void {
    if (input.kind === "link-lost") this.#failed("link", address, input.reason);
    else if (input.kind === "link-opened") this.#works("link", address);
    else if (input.kind === "subscription-lost")
      this.#failed("subscription", address, input.reason);
    else if (input.kind === "subscription-opened") this.#works("subscription", address);
  }

  /** The server goes on without the password. @param refusal undefined when there is nothing wrong */
  notePassword(address: Address, refusal: string | undefined): void {
    if (refusal === undefined) this.#works("password", address);
    else this.#failed("password", address, refusal);
  }

  #failed(what: Subject, address: Address, reason: string): void {
    const addr = formatAddress(address);
    const key = `${what} ${addr}`;
    if (this.#known.get(key) === reason) return;
    this.#known.set(key, reason);
    const isForOperator = ERROR_REPLY.test(reason) || reason.startsWith(TLS_FAULT);
    const level = isForOperator ? "warning" : "verbose";
    this.#log.line(level, FAILURES[what], { addr, reason });
  }

  #works(what: Subject, address: Address): void {
    const addr = formatAddress(address);
    if (!this.#known.delete(`${what} ${addr}`)) return;
    this.#log.line("verbose", `${what} works again`, { addr });
  }
}
