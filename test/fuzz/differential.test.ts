import { afterEach, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { Lab } from "../e2e/harness/lab.ts";
import { describeWithReal } from "../e2e/harness/programs.ts";
import { Draw, type Family } from "./draw.ts";
import { BITMAP_FAMILIES } from "./families/bitmaps.ts";
import { HASH_FAMILIES } from "./families/hashes.ts";
import { KEY_FAMILIES } from "./families/keys.ts";
import { SORTED_SET_FAMILIES } from "./families/sorted-sets.ts";
import { STRING_FAMILIES } from "./families/strings.ts";
import { Peer } from "./peer.ts";
import { formOf } from "./reply-form.ts";

/** `npm run fuzz -- --seconds N --seed S --batch B`; without it a short run with the same seed each time. */
const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 0);
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

/** Commands between two looks at the digest: with 1, it is the last one that made a difference. */
const COMMANDS_PER_BATCH = Number(process.env["FUZZ_BATCH"] ?? 100);
const COMMANDS_PER_ROUND = 2000;
/** Played however little time there is: the short run is the same on every machine. */
const LEAST_ROUNDS = process.env["FUZZ_SECONDS"] === undefined ? 4 : 1;
/** Commands shown before the one that was answered differently. */
const SHOWN = 12;

/** Each row is drawn from as often as the others, however many commands it has. */
const GROUPS: readonly (readonly Family[])[] = [
  STRING_FAMILIES,
  BITMAP_FAMILIES,
  KEY_FAMILIES,
  HASH_FAMILIES,
  SORTED_SET_FAMILIES,
];

const lab = new Lab();
afterEach(() => lab.cleanUp());

interface Both {
  readonly real: Peer;
  readonly ours: Peer;
}

async function open(): Promise<Both> {
  const settings = { "enable-debug-command": "yes" };
  const real = await lab.dataServer("real", { kind: "redis", settings });
  const ours = await lab.dataServer("ours", { kind: "vedette", settings });
  return { real: await Peer.open(real.port), ours: await Peer.open(ours.port) };
}

describeWithReal(["redis-server"], "random commands", () => {
  it(
    `are answered as redis-server does (seed ${SEED}, ${SECONDS} s)`,
    async () => {
      const both = await open();
      const end = Date.now() + SECONDS * 1000;
      for (let round = 0; round < LEAST_ROUNDS || Date.now() < end; round++)
        await play(both, SEED + round);
      both.real.close();
      both.ours.close();
    },
    SECONDS * 1000 + 120_000,
  );
});

/** One round: an empty data set, then batches of commands, each batch compared. */
async function play(both: Both, seed: number): Promise<void> {
  const draw = new Draw(seededRandom(seed));
  const history: (readonly string[])[] = [];
  const start = [["FLUSHALL"], ["HELLO", draw.once(2) ? "2" : "3"]];
  await Promise.all([both.real.send(start), both.ours.send(start)]);
  for (let batch = 0; batch < COMMANDS_PER_ROUND / COMMANDS_PER_BATCH; batch++) {
    const commands = Array.from({ length: COMMANDS_PER_BATCH }, () =>
      draw.of(draw.of(GROUPS))(draw),
    );
    commands.push(["DEBUG", "DIGEST"]);
    const [real, ours] = await Promise.all([both.real.send(commands), both.ours.send(commands)]);
    for (const [index, command] of commands.entries()) {
      history.push(command);
      const expected = real[index];
      const answered = ours[index];
      if (expected === undefined || answered === undefined) throw new Error("no reply");
      const right = formOf(command, expected);
      const given = formOf(command, answered);
      if (right !== given) throw new Error(report({ seed, command, history, right, given }));
    }
  }
}

function report(difference: {
  readonly seed: number;
  readonly command: readonly string[];
  readonly history: readonly (readonly string[])[];
  readonly right: string;
  readonly given: string;
}): string {
  const { seed, command, history, right, given } = difference;
  const keys = new Set(command.slice(1));
  const related = history.filter((words) => words.slice(1).some((word) => keys.has(word)));
  const shown = related.length > 1 && command[0] !== "DEBUG" ? related : history;
  return [
    `seed ${seed}: a different answer`,
    ...shown
      .slice(-SHOWN)
      .map((words) => `  ${words.map((word) => JSON.stringify(word)).join(" ")}`),
    `redis-server: ${right}`,
    `vedette:      ${given}`,
    `again: npm run fuzz -- --seed ${seed} --seconds 0 --batch 1`,
  ].join("\n");
}
