import { serverAddress } from "../host-name.ts";
import { putRight, said } from "../operator-duties.ts";
import type { DetailReader } from "./detail-reader.ts";
import type { Dice } from "./dice.ts";
import { type FaultType, faultType, type Undo } from "./fault.ts";
import type { Scene } from "./scene.ts";

type Words = readonly [string, ...string[]];

interface Command {
  readonly [key: string]: string | Words;
  readonly node: string;
  readonly words: Words;
}

/** Sends it and looks at the answer. */
function order(scene: Scene, { node, words }: Command): void {
  const sentinel = scene.node(node);
  scene.note(`${sentinel.name} ${words.join(" ")}`);
  const [, subcommand = ""] = words;
  scene.world.operator.command(sentinel, words, (reply) => {
    const answer = said(reply);
    scene.world.journal.write("op", `${sentinel.name} answers ${answer}`);
    const [code = ""] = answer.split(" ");
    scene.count(`operator ${subcommand.toLowerCase()} ${code}`);
  });
}

/** A command that leaves the sentinel other than planned: the operator puts that right. */
function disturb(scene: Scene, command: Command): Undo {
  order(scene, command);
  const sentinel = scene.sentinel(command.node);
  const [, , name] = command.words;
  const groups = scene.world.groups.filter(({ plan }) => name === "*" || plan.name === name);
  for (const group of groups)
    scene.world.disturbed.set(`${sentinel.name} ${group.plan.name}`, { sentinel, group });
  return () => {
    for (const group of groups) putRight(scene.world, sentinel, group);
  };
}

function disturbing(kind: {
  readonly draw: (dice: Dice) => Words;
}): Parameters<typeof faultType<Command>>[0] {
  return {
    lasts: true,
    draw: (dice: Dice): Command => ({ node: dice.sentinel(), words: kind.draw(dice) }),
    read: (reader: DetailReader): Command => ({
      node: reader.sentinel("node"),
      words: reader.words("words"),
    }),
    apply: disturb,
  };
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
    apply(scene, given) {
      order(scene, given);
      return undefined;
    },
  }),
  "operator-switchover": faultType({
    lasts: false,
    draw: (dice): Command => ({ node: dice.sentinel(), words: drawSwitchover(dice) }),
    read: (reader): Command => ({ node: reader.sentinel("node"), words: reader.words("words") }),
    apply(scene, given) {
      order(scene, given);
      return undefined;
    },
  }),
  "operator-reset": faultType(
    disturbing({ draw: (dice) => ["SENTINEL", "RESET", dice.chance(0.2) ? "*" : dice.group()] }),
  ),
  "operator-remove": faultType(
    disturbing({ draw: (dice) => ["SENTINEL", "REMOVE", dice.group()] }),
  ),
  "operator-monitor": faultType(disturbing({ draw: drawMonitor })),
  "operator-set": faultType(disturbing({ draw: drawSetting })),
} as const satisfies Readonly<Record<string, FaultType>>;

function drawSwitchover(dice: Dice): Words {
  const group = dice.below(dice.cast.groups.length);
  const { name = "", servers = [] } = dice.cast.groups[group] ?? {};
  const words: [string, ...string[]] = ["SENTINEL", "FAILOVER", name, "COORDINATED"];
  if (dice.chance(0.3)) {
    const { host, port } = serverAddress(group, dice.below(servers.length));
    words.push("TO", host, String(port));
  }
  if (dice.chance(0.3)) words.push("TIMEOUT", String(10 + dice.below(3_000)));
  return words;
}

function drawSetting(dice: Dice): Words {
  const set = ["SENTINEL", "SET", dice.group()] as const;
  switch (dice.below(5)) {
    case 0:
      return [...set, "down-after-milliseconds", String(200 + dice.below(5_000))];
    case 1:
      return [...set, "failover-timeout", String(1_000 + dice.below(20_000))];
    case 2:
      return [...set, "quorum", String(1 + dice.below(4)), "parallel-syncs", "1"];
    case 3:
      return [...set, "parallel-syncs", String(1 + dice.below(4))];
    default:
      return [...set, "down-after-milliseconds", "soon"];
  }
}

/** Mostly refused: a name is watched once. */
function drawMonitor(dice: Dice): Words {
  const group = dice.below(dice.cast.groups.length);
  const name = dice.cast.groups[group]?.name ?? "";
  const { host, port } = serverAddress(group, 0);
  return ["SENTINEL", "MONITOR", name, host, String(port), String(1 + dice.below(3))];
}
