import { execFileSync } from "node:child_process";
import type { Program } from "../harness/programs.ts";

/** Where one process lives: its address, and how a program is started there. */
export interface Island {
  readonly host: string;
  readonly enter: (program: Program) => Program;
  /** What is sent to it or by it is lost; nothing is refused or closed. */
  readonly cut: () => void;
  readonly join: () => void;
}

/** So many were made by this process: what was removed may take a moment to be gone. */
let made = 0;

/** Networks of this machine, one for each process, on one bridge. */
export class Islands {
  readonly #bridge: string;
  readonly #names: string[] = [];
  readonly #net: string;

  private constructor(bridge: string, net: string) {
    this.#bridge = bridge;
    this.#net = net;
  }

  /** @returns undefined where this machine does not allow it: it needs Linux, root and `ip` (iproute2) */
  static make(): Islands | undefined {
    const number = ++made;
    const bridge = `vn${process.pid % 100_000}x${number}`;
    const islands = new Islands(bridge, `10.214.${(process.pid + number) % 250}`);
    try {
      ip(`link add ${islands.#bridge} type bridge`);
      ip(`addr add ${islands.#net}.1/24 dev ${islands.#bridge}`);
      ip(`link set ${islands.#bridge} up`);
      islands.add();
      return islands;
    } catch {
      islands.remove();
      return undefined;
    }
  }

  add(): Island {
    const number = this.#names.length + 2;
    const name = `${this.#bridge}-${number}`;
    const outside = `${this.#bridge}e${number}`;
    const inside = `${this.#bridge}i${number}`;
    const host = `${this.#net}.${number}`;
    this.#names.push(name);
    ip(`netns add ${name}`);
    ip(`link add ${outside} type veth peer name ${inside}`);
    ip(`link set ${inside} netns ${name}`);
    ip(`link set ${outside} master ${this.#bridge}`);
    ip(`link set ${outside} up`);
    ip(`netns exec ${name} ip addr add ${host}/24 dev ${inside}`);
    ip(`netns exec ${name} ip link set ${inside} up`);
    ip(`netns exec ${name} ip link set lo up`);
    return {
      host,
      enter: ({ file, args }) => ({ file: "ip", args: ["netns", "exec", name, file, ...args] }),
      // The port of the bridge goes down: the process keeps its address and its route.
      cut: () => ip(`link set ${outside} down`),
      join: () => ip(`link set ${outside} up`),
    };
  }

  remove(): void {
    for (const words of [
      ...this.#names.map((name) => `netns del ${name}`),
      `link del ${this.#bridge}`,
    ]) {
      try {
        ip(words);
      } catch {
        // Not there, or gone with another.
      }
    }
  }
}

function ip(words: string): void {
  execFileSync("ip", words.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
}
