/** What a metric is, and what it tells. */
export interface Family {
  readonly type: "gauge" | "counter";
  readonly help: string;
}

/** In one series: `master="mymaster",state="ok"`. Empty: there is one series only. */
export type Labels = string;

/** A metric's lines: those that are bytes already, and those that are not. */
interface Growing {
  readonly chunks: Buffer[];
  text: string;
}

/**
 * A text for Prometheus in the making. All series of a metric have to stand together, while they are
 * collected master by master: each metric has a text of its own. Of a thousand masters there are tens of
 * thousands of lines, so a line is nothing but one concatenation, and what has been written is turned
 * into bytes now and then: strings that live for long are what costs most.
 */
export class Exposition<Name extends string> {
  readonly #metrics: Map<Name, Growing>;

  constructor(families: Readonly<Record<Name, Family>>) {
    this.#metrics = new Map(
      (Object.entries(families) as [Name, Family][]).map(([name, { type, help }]) => [
        name,
        { chunks: [], text: `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n` },
      ]),
    );
  }

  add(name: Name, labels: Labels, value: number): void {
    const metric = this.#metrics.get(name);
    if (metric === undefined) return;
    metric.text += labels === "" ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
  }

  flag(name: Name, labels: Labels, isSet: boolean): void {
    this.add(name, labels, isSet ? 1 : 0);
  }

  /** Call after some masters. */
  settle(): void {
    for (const metric of this.#metrics.values()) {
      if (metric.text === "") continue;
      metric.chunks.push(Buffer.from(metric.text));
      metric.text = "";
    }
  }

  /** All of it, in order. */
  chunks(): readonly Buffer[] {
    this.settle();
    return [...this.#metrics.values()].flatMap(({ chunks }) => chunks);
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
