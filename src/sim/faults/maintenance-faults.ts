import { serverAddress } from "../host-name.ts";
import { allSentinelsOf } from "../cast.ts";
import { MAINTENANCE } from "../fault-kinds.ts";
import { said } from "../operator-duties.ts";
import type { Dice } from "./dice.ts";
import { type FaultType, faultType } from "./fault.ts";
import type { Scene } from "./scene.ts";

type Words = readonly [string, ...string[]];

interface Order {
  readonly [key: string]: string | Words;
  readonly node: string;
  readonly words: Words;
}

const ID_OF = "id of ";
/** Long enough to be in the way, short enough to be over when all must agree. */
const LONGEST_SECONDS = 20;

/** What somebody orders who looks after a group, on a sentinel of his choice. */
export const MAINTENANCE_FAULTS = {
  [MAINTENANCE]: faultType({
    lasts: false,
    draw: (dice): Order => ({ node: dice.sentinel(), words: drawOrder(dice) }),
    read: (reader): Order => ({ node: reader.sentinel("node"), words: reader.words("words") }),
    apply(scene, { node, words }) {
      give(scene, node, withIds(scene, words));
      return undefined;
    },
  }),
} as const satisfies Readonly<Record<typeof MAINTENANCE, FaultType>>;

function give(scene: Scene, node: string, words: Words): void {
  const sentinel = scene.node(node);
  scene.note(`${sentinel.name} ${words.join(" ")}`);
  const [, subcommand = "", , what = ""] = words;
  const kind = what === "SENTINEL" ? "forget sentinel" : subcommand.toLowerCase();
  scene.world.operator.command(sentinel, words, (reply) => {
    const [code = ""] = said(reply).split(" ");
    scene.world.journal.write("op", `${sentinel.name} answers ${said(reply)}`);
    scene.count(`operator ${kind} ${code}`);
  });
}

/** A plan names sentinels; a command names their ids. */
function withIds({ world }: Scene, [first, ...rest]: Words): Words {
  const ids = rest.map((word) => {
    if (!word.startsWith(ID_OF)) return word;
    const name = word.slice(ID_OF.length);
    return world.allSentinels.find((each) => each.name === name)?.sentinelId ?? name;
  });
  return [first, ...ids];
}

function drawOrder(dice: Dice): Words {
  const index = dice.below(dice.cast.groups.length);
  const group = dice.cast.groups[index];
  const name = group?.name ?? "";
  const servers = group?.servers.length ?? 1;
  const { host, port } = serverAddress(index, dice.below(servers));
  const seconds = String(1 + dice.below(LONGEST_SECONDS));
  switch (dice.below(11)) {
    case 0:
    case 1:
      return ["SENTINEL", "PAUSE", name, "SECONDS", seconds];
    case 2:
      return ["SENTINEL", "RESUME", name];
    case 3:
      return ["SENTINEL", "DOWNTIME", name, host, String(port), "SECONDS", seconds];
    case 4:
      return ["SENTINEL", "SET", name, "failover-cooldown-seconds", seconds];
    case 5:
      return ["SENTINEL", "ACKNOWLEDGE", name];
    case 6:
      return ["SENTINEL", "SET", name, "forget-replicas-after-seconds", String(1 + dice.below(10))];
    case 7:
      return ["SENTINEL", "FORGET", name, host, String(port)];
    default: {
      const who = dice.anyOf(allSentinelsOf(dice.cast));
      return ["SENTINEL", "FORGET", name, "SENTINEL", `${ID_OF}${who}`];
    }
  }
}
