import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  findParameter,
  PARAMETER_NAMES,
  parameterOf,
} from "../../../src/wire/conf/redis-parameters.ts";

/** `access name value` of each line of CONFIG GET * of a fresh redis-server 7.0.15. */
const REAL = readFileSync(new URL("redis-7.0.15-parameters.txt", import.meta.url), "latin1")
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [access = "", name = "", ...value] = line.split(" ");
    return { access, name, value: value.join(" ") };
  });

describe("the parameters", () => {
  it.each(REAL)("know $name as Redis does", ({ access, name, value }) => {
    const parameter = findParameter(name);
    if (parameter === undefined) throw new Error(`${name} is unknown`);
    const { kind, initial, alias, access: ours } = parameterOf(parameter);
    expect(kind.format(initial)).toBe(value);
    expect([parameter, alias]).toContain(name);
    expect(ours).toBe(access);
  });

  it("have nothing that Redis 7.0 lacks, but for two of 7.2 and one of ours", () => {
    const real = new Set(REAL.map(({ name }) => name));
    const ours = PARAMETER_NAMES.filter((name) => !parameterOf(name).isHidden);
    expect(ours.filter((name) => !real.has(name))).toEqual([
      "set-max-listpack-entries",
      "set-max-listpack-value",
      "vedette-empty-master-guard",
    ]);
  });

  it.each(PARAMETER_NAMES)("read the lines they would write: %s", (name) => {
    const { kind, initial } = parameterOf(name);
    let value = initial;
    for (const [index, line] of kind.lines(initial, initial).entries()) {
      expect(line.isDefault).toBe(true);
      const words = line.text === '""' ? [""] : line.text.replaceAll('"', "").split(" ");
      const before = { value, isSet: index > 0 };
      const parsed = kind.parse(kind.arity === "one" ? [words.join(" ")] : words, before);
      if (!parsed.ok) throw new Error(`${name} ${line.text}: ${parsed.message}`);
      value = parsed.value;
    }
    expect(value).toEqual(initial);
  });
});
