import type { Address } from "../../base/address.ts";
import { encodeReply, type Output } from "../../resp/buffered-writer.ts";
import { array, bulk } from "../../resp/reply.ts";

/**
 * Encoded replies to GET-MASTER-ADDR-BY-NAME, the same in both protocols. An address that changes is
 * another object, so each reply lives as long as what it says.
 */
export class AddressReplies {
  readonly #encoded = new WeakMap<Address, Output>();

  of(address: Address): Output {
    const known = this.#encoded.get(address);
    if (known !== undefined) return known;
    const encoded = encodeReply(array([bulk(address.host), bulk(address.port)]), 2);
    this.#encoded.set(address, encoded);
    return encoded;
  }
}
