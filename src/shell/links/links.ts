import type { LinkId } from "../../base/ids.ts";
import type { LinkCommand } from "../../sentinel/effect.ts";
import { RecentHellos } from "../../wire/recent-hellos.ts";
import { Link, type LinkOptions, type LinkTarget } from "./link.ts";
import type { LinkTroubles } from "./link-troubles.ts";

/** All links of a sentinel by id. A command for a link that is gone is dropped: nobody waits for it. */
export class Links {
  readonly #links = new Map<LinkId, Link>();
  readonly #options: Omit<LinkOptions, "hellos">;
  readonly #hellos = new RecentHellos();
  readonly #troubles: LinkTroubles;

  constructor(options: Omit<LinkOptions, "hellos"> & { readonly troubles: LinkTroubles }) {
    this.#options = options;
    this.#troubles = options.troubles;
  }

  open(target: LinkTarget): void {
    this.close(target.link);
    this.#links.set(
      target.link,
      new Link(target, {
        ...this.#options,
        hellos: this.#hellos,
        passwordRefused: (reason) => this.#troubles.notePassword(target.address, reason),
        report: (input) => {
          if (input.kind === "link-lost") this.#links.delete(input.link);
          this.#troubles.note(target.address, input);
          this.#options.report(input);
        },
      }),
    );
  }

  openSubscription(link: LinkId): void {
    this.#links.get(link)?.openSubscription();
  }

  send(link: LinkId, command: LinkCommand): void {
    this.#links.get(link)?.send(command);
  }

  close(link: LinkId): void {
    this.#links.get(link)?.close();
    this.#links.delete(link);
  }

  closeAll(): void {
    for (const link of this.#links.keys()) this.close(link);
  }
}
