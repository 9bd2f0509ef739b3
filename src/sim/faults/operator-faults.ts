import type { Reply } from "../../resp/reply.ts";
import { type FaultType, faultType } from "./fault.ts";

interface Command {
  readonly [key: string]: string | readonly [string, ...string[]];
  readonly node: string;
  readonly words: readonly [string, ...string[]];
}

/** What people do at bad moments. */
export const OPERATOR_FAULTS = {
  "operator-failover": faultType({
    lasts: false,
    draw: (dice): Command => ({
      node: dice.sentinelOfBothKinds(),
      words: ["SENTINEL", "FAILOVER", dice.group()],
    }),
    read: (reader): Command => ({
      node: reader.sentinelOfBothKinds("node"),
      words: reader.words("words"),
    }),
    apply(scene, { node, words }) {
      const sentinel = scene.node(node);
      scene.note(`${sentinel.name} ${words.join(" ")}`);
      scene.world.operator.command(sentinel, words, (reply) => {
        const answer = textOf(reply);
        scene.world.journal.write("op", `${sentinel.name} answers ${answer}`);
        const [code = ""] = answer.split(" ");
        scene.count(`operator failover ${code}`);
      });
      return undefined;
    },
  }),
} as const satisfies Readonly<Record<string, FaultType>>;

function textOf(reply: Reply | undefined): string {
  if (reply === undefined) return "silence";
  return "text" in reply ? reply.text : reply.kind;
}
