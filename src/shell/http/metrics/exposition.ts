/** What a metric is, and what it tells. */
export interface Family {
  readonly type: "gauge" | "counter";
  readonly help: string;
}

/** In one series: `master="mymaster",state="ok"`. Empty: there is one series only. */
export type Labels = string;

/**
 * A text for Prometheus in the making. All series of a metric have to stand together, while they are
 * collected master by master: each metric has a text of its own, and they are joined in the end. Of
 * a thousand masters there are tens of thousands of lines, so a line is nothing but one concatenation.
 */
export class Exposition<Name extends string> {
  readonly #texts: Map<Name, string>;

  constructor(families: Readonly<Record<Name, Family>>) {
    this.#texts = new Map(
      (Object.entries(families) as [Name, Family][]).map(([name, { type, help }]) => [
        name,
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`,
      ]),
    );
  }

  add(name: Name, labels: Labels, value: number): void {
    const series = labels === "" ? name : `${name}{${labels}}`;
    this.#texts.set(name, `${this.#texts.get(name) ?? ""}${series} ${value}\n`);
  }

  flag(name: Name, labels: Labels, isSet: boolean): void {
    this.add(name, labels, isSet ? 1 : 0);
  }

  /** The metrics one by one: turning one into bytes takes well under a millisecond. */
  *parts(): Generator<Buffer> {
    for (const text of this.#texts.values()) yield Buffer.from(text);
  }
}

const SPECIAL = /[\\"\n]/g;

/** A value between the quotes of a label. */
export function labelValue(text: string): string {
  return text.replaceAll(SPECIAL, (sign) => (sign === "\n" ? String.raw`\n` : `\\${sign}`));
}

export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
