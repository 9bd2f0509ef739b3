import type { Rehearsal } from "../../sim/rehearsal/rehearsal.ts";
import { textOfTime } from "../../sim/rehearsal/words.ts";
import { histogram, LEGEND, timeline } from "./drawings.ts";
import { escaped } from "./html-text.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { assumptions, describeCluster, outcomesText, triedText, valueText } from "./text-report.ts";

/** More lines of a run than anybody reads. */
const LINES_MAX = 400;

/** A page that needs nothing but itself: no script, nothing from elsewhere. */
export function rehearsalPage(rehearsal: Rehearsal): string {
  const { runs, firstSeed, topology } = rehearsal;
  const seeds = `${runs} runs, seeds ${firstSeed} to ${firstSeed + runs - 1}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Rehearsal of ${escaped(topology.master)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>Rehearsal of ${escaped(topology.master)}</h1>
<p>${escaped(describeCluster(rehearsal))}</p>
<ul class="plan">${rehearsal.plan.map(({ text }) => `<li><code>${escaped(text)}</code></li>`).join("")}</ul>
<p class="${rehearsal.outcomes.has("no master") ? "bad" : "good"}">${escaped(`${seeds}: ${outcomesText(rehearsal)}`)}</p>
<h2>How long</h2>
${measures(rehearsal)}
<h2>To blame</h2>
${blames(rehearsal)}
<h2>A typical run <small>seed ${rehearsal.typical.seed}</small></h2>
${typical(rehearsal)}
<h2>Who is who</h2>
${cast(rehearsal)}
<h2>Assumed</h2>
<ul>${assumptions(rehearsal)
    .map((text) => `<li>${escaped(text)}</li>`)
    .join("")}</ul>
</main>
</body>
</html>
`;
}

function measures({ measures: all }: Rehearsal): string {
  const rows = all.map(({ label, unit, distribution }) => {
    if (distribution === undefined) {
      return `<tr><th scope="row">${escaped(label)}</th><td colspan="4">never</td></tr>`;
    }
    const { p50, p95, max } = distribution;
    const values = [p50, p95, max]
      .map((value) => `<td>${escaped(valueText(value, unit))}</td>`)
      .join("");
    return `<tr><th scope="row">${escaped(label)}</th>${values}<td>${histogram(distribution, unit)}</td></tr>`;
  });
  return `<div class="wide"><table><thead><tr><th></th><th>p50</th><th>p95</th><th>max</th><th>distribution</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function blames({ blames: all, runs }: Rehearsal): string {
  if (all.length === 0) return "<p>Nothing.</p>";
  const items = all.map((blame) => {
    const setting =
      blame.setting === undefined
        ? "not a setting of the sentinels"
        : `<code>${escaped(blame.setting)}</code>`;
    const tried =
      blame.tried === undefined ? "" : `<p class="tried">Tried: ${escaped(triedText(blame))}.</p>`;
    return `<li><p>${setting} <small>${blame.runs} of ${runs} runs</small></p><p>${escaped(blame.message)}</p><p class="help">${escaped(blame.help)}</p>${tried}</li>`;
  });
  return `<ul class="blames">${items.join("")}</ul>`;
}

function typical({ typical: run, topology }: Rehearsal): string {
  const lanes = [...topology.servers, ...topology.sentinels];
  const legend = LEGEND.map(
    ([mark, text]) =>
      `<span><svg viewBox="0 0 12 12" class="dot"><circle class="${mark}" cx="6" cy="6" r="5"/></svg> ${escaped(text)}</span>`,
  );
  const rows = run.lines
    .slice(0, LINES_MAX)
    .map(
      ({ atMs, node, what }) =>
        `<tr${node === "" ? ' class="fault"' : ""}><td>${escaped(textOfTime(atMs))}</td><td>${escaped(node)}</td><td>${escaped(what)}</td></tr>`,
    );
  const omitted = Math.max(0, run.lines.length - LINES_MAX);
  return `<div class="wide">${timeline(run.lines, lanes)}</div>
<p class="legend">${legend.join(" ")}</p>
<details><summary>Every event</summary><div class="wide"><table class="events"><tbody>${rows.join("")}</tbody></table></div>${omitted > 0 ? `<p>${omitted} more</p>` : ""}</details>`;
}

function cast({ topology }: Rehearsal): string {
  const zoneOf = (node: string) =>
    [...topology.zones].find(([, nodes]) => nodes.includes(node))?.[0] ?? "";
  const rows = [...topology.servers, ...topology.sentinels].map(
    ({ node, label }) =>
      `<tr><td><code>${escaped(node)}</code></td><td>${escaped(label)}</td><td>${escaped(zoneOf(node))}</td></tr>`,
  );
  return `<div class="wide"><table class="cast"><tbody>${rows.join("")}</tbody></table></div>`;
}
