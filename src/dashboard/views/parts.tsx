import type { ComponentChildren } from "preact";
import type { Said, Tone } from "../model/words.ts";

const SHAPES: Readonly<Record<Tone, string>> = {
  good: "●",
  warn: "▲",
  bad: "■",
  busy: "◆",
  quiet: "○",
};

/** A state: shape, colour and word, so that none of them has to be seen. */
export function Badge({ word, tone }: Said) {
  return (
    <span class={`badge ${tone}`}>
      <span class="shape" aria-hidden="true">
        {SHAPES[tone]}
      </span>
      {word}
    </span>
  );
}

export function shapeOf(tone: Tone): string {
  return SHAPES[tone];
}

export function Card(props: {
  readonly title: string;
  readonly id: string;
  readonly aside?: ComponentChildren;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}) {
  const { title, id, aside, wide = false, children } = props;
  return (
    <section class={wide ? "card wide" : "card"} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
