import type { LinkId, RunId } from "../../base/ids.ts";
import type { LinkCommand } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import { Link, type LinkTarget } from "./link.ts";

/** All links of a sentinel by id. A command for a link that is gone is dropped: nobody waits for it. */
export class Links {
  readonly #links = new Map<LinkId, Link>();
  readonly #myId: RunId;
  readonly #report: (input: Input) => void;

  /** @param options.report takes what happens on the links; must not throw */
  constructor(options: { readonly myId: RunId; readonly report: (input: Input) => void }) {
    this.#myId = options.myId;
    this.#report = options.report;
  }

  open(target: LinkTarget): void {
    this.close(target.link);
    this.#links.set(
      target.link,
      new Link(target, {
        myId: this.#myId,
        report: (input) => {
          if (input.kind === "link-lost") this.#links.delete(input.link);
          this.#report(input);
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
