import { parseRole, type RoleReport } from "../../wire/role.ts";
import { masterLines } from "./master-lines.ts";
import type { PlacedNode } from "./node.ts";
import type { CompleteOptions } from "./options.ts";
import { type Answer, ask } from "./question.ts";

/** Asks nodes past their doors: what is cut or slow for others is not so for the test. */
export class Inquiry {
  readonly #options: CompleteOptions;

  constructor(options: CompleteOptions) {
    this.#options = options;
  }

  /** @throws {ReplyError} with the text of an error reply; {Error} when there is no answer */
  async ask(node: PlacedNode, words: readonly string[]): Promise<Answer> {
    if (node.state !== "running") throw new Error(`${node.name} is ${node.state}`);
    return ask(node.place.ownPort, words, {
      password: node.kind === "server" ? this.#options.password : undefined,
    });
  }

  async roleOf(node: PlacedNode): Promise<RoleReport | undefined> {
    return parseRole(await this.#answer(node, ["ROLE"]));
  }

  /** A replica of that master, with the replication link up. */
  async isFollowing(node: PlacedNode, master: PlacedNode): Promise<boolean> {
    const role = await this.roleOf(node);
    return (
      role?.kind === "replica" && role.linkState === "connected" && role.master.port === master.port
    );
  }

  /** How many replicas the master has and shows. */
  async attachedReplicas(master: PlacedNode): Promise<number> {
    const role = await this.roleOf(master);
    return role?.kind === "master" ? role.replicas.length : 0;
  }

  /** The port that the sentinel gives to clients. */
  async announcedPort(sentinel: PlacedNode): Promise<number | undefined> {
    const { masterName } = this.#options;
    const answer = await this.#answer(sentinel, [
      "SENTINEL",
      "GET-MASTER-ADDR-BY-NAME",
      masterName,
    ]);
    const [, port] = Array.isArray(answer) ? (answer as readonly Answer[]) : [];
    return port === undefined ? undefined : Number(port);
  }

  /** Whether the sentinel finds the master well and knows all replicas and other sentinels. */
  async knowsAll(sentinel: PlacedNode): Promise<boolean> {
    const { masterName, replicas, sentinels } = this.#options;
    const answer = await this.#answer(sentinel, ["INFO", "sentinel"]);
    if (typeof answer !== "string") return false;
    return masterLines(answer).some(
      (line) =>
        line.name === masterName &&
        line.status === "ok" &&
        line.replicas === replicas &&
        line.sentinels === sentinels,
    );
  }

  async #answer(node: PlacedNode, words: readonly string[]): Promise<Answer | undefined> {
    try {
      return await this.ask(node, words);
    } catch {
      return undefined;
    }
  }
}
