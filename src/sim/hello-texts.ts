import { type HelloMessage, parseHello } from "../wire/hello.ts";

/** A hello under way: the text that was published, and what the real parser makes of it. */
export interface PublishedHello {
  readonly payload: string;
  readonly parsed: HelloMessage;
}

/** Reads each text once: the same hello goes to every instance, and comes back from most of them. */
export class HelloTexts {
  readonly #known = new Map<string, PublishedHello>();

  read(payload: string): PublishedHello {
    const known = this.#known.get(payload);
    if (known !== undefined) return known;
    const hello = { payload, parsed: parseHello(payload) };
    this.#known.set(payload, hello);
    return hello;
  }
}
