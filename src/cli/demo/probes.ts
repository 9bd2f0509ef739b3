import type { Redis } from "ioredis";
import type { Address } from "../../base/address.ts";
import { parseRole, type RoleReport } from "../../wire/role.ts";
import { masterLines } from "../testing/master-lines.ts";
import { questionClient } from "./clients.ts";
import { MASTER_NAME } from "./configuration.ts";

/** What a sentinel says about the group. */
export interface SentinelView {
  readonly masterPort: number;
  readonly replicas: number;
  /** Itself included. */
  readonly sentinels: number;
  readonly status: string;
}

const KEYS_PER_QUESTION = 500;

/** Asks one server. One that is down, hung or starting reports no role, and that is no error. */
export class ServerProbe {
  readonly #client: Redis;

  constructor(address: Address) {
    this.#client = questionClient(address);
  }

  async role(): Promise<RoleReport | undefined> {
    return parseRole(await answerOf(this.#client.call("ROLE")));
  }

  /**
   * @returns the values of the keys, in their order
   * @throws when the server does not answer
   */
  async valuesOf(keys: readonly string[]): Promise<(string | null)[]> {
    const values: (string | null)[] = [];
    for (let at = 0; at < keys.length; at += KEYS_PER_QUESTION) {
      values.push(...(await this.#client.mget(keys.slice(at, at + KEYS_PER_QUESTION))));
    }
    return values;
  }

  close(): void {
    this.#client.disconnect();
  }
}

/** Asks one sentinel. */
export class SentinelProbe {
  readonly #client: Redis;

  constructor(address: Address) {
    this.#client = questionClient(address);
  }

  /** The address that it gives to clients. */
  async masterPort(): Promise<number | undefined> {
    const reply = await answerOf(
      this.#client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME),
    );
    return Array.isArray(reply) ? Number((reply as readonly unknown[])[1]) : undefined;
  }

  async id(): Promise<string | undefined> {
    const reply = await answerOf(this.#client.call("SENTINEL", "MYID"));
    return typeof reply === "string" ? reply : undefined;
  }

  async view(): Promise<SentinelView | undefined> {
    const reply = await answerOf(this.#client.info("sentinel"));
    return typeof reply === "string" ? parseMasterLine(reply) : undefined;
  }

  close(): void {
    this.#client.disconnect();
  }
}

/** @returns what the `masterN:` line of a sentinel's INFO says about the demo's group */
export function parseMasterLine(info: string): SentinelView | undefined {
  const line = masterLines(info).find(({ name }) => name === MASTER_NAME);
  if (line === undefined) return undefined;
  const { port: masterPort, replicas, sentinels, status } = line;
  return { masterPort, replicas, sentinels, status };
}

/** Refused, lost, late, an error reply: all of them mean that there is no answer now. */
async function answerOf(question: Promise<unknown>): Promise<unknown> {
  try {
    return await question;
  } catch {
    return undefined;
  }
}
