import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitQuotedWords } from "../../../src/base/quoted-words.ts";
import { parseCommandLine } from "../../../src/wire/conf/command-line.ts";

describe("the command line of redis-server", () => {
  it.each([
    [[], undefined, ""],
    [["redis.conf"], "redis.conf", ""],
    [["-"], "-", ""],
    [["--port", "1"], undefined, 'port "1"\n'],
    [["a.conf", "--port", "1", "--bind", "::1", "*"], "a.conf", 'port "1"\nbind "::1" "*"\n'],
    [["--requirepass", "a b"], undefined, 'requirepass "a b"\n'],
    [["--requirepass", "--port"], undefined, 'requirepass "--port"\n'],
    [["--requirepass", "--port", "1"], undefined, 'requirepass "--port" "1"\n'],
    [["--save", "--port", "1"], undefined, 'save ""\nport "1"\n'],
    [["--save", "900", "1"], undefined, 'save "900" "1"\n'],
    [["a.conf", "--save"], "a.conf", 'save ""\n'],
    [["--sentinel", "--port", "1"], undefined, 'sentinel\nport "1"\n'],
    [["--sentinel", "monitor", "m"], undefined, 'sentinel "monitor" "m"\n'],
    [["a.conf", "foo", "bar"], "a.conf", '"foo" "bar"\n'],
    [["-loglevel", "debug"], undefined, '"-loglevel" "debug"\n'],
    [["--port 1", "--bind ::1", "--save"], undefined, 'port 1\nbind ::1\nsave ""\n'],
    [["--requirepass", 'a"\n'], undefined, 'requirepass "a\\"\\n"\n'],
  ])("%j", (argv, file, text) => {
    expect(parseCommandLine(argv)).toEqual({ file, text });
  });

  it("keeps any value in its line", () => {
    const byte = fc.nat({ max: 255 }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit: byte }), (value) => {
        const { text } = parseCommandLine(["--requirepass", value]);
        expect(text.split("\n")).toHaveLength(2);
        expect(splitQuotedWords(text)).toEqual(["requirepass", value]);
      }),
    );
  });
});
