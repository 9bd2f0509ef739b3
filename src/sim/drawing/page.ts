import { replayPlan } from "../report.ts";
import type { Outcome } from "../simulation.ts";
import { formatTimeline } from "../timeline.ts";
import { GUTTER_PX, LANE_PX } from "./layout.ts";
import type { Recorder } from "./recorder.ts";
import { drawSvg, escaped, widthOf } from "./svg.ts";
import { type Story, storyOf } from "./story.ts";

/** A whole page about one run: picture, what broke, how to see it again. It needs no other file. */
export function drawPage(outcome: Outcome, recorder: Recorder): string {
  const story = storyOf(outcome, recorder);
  const { plan } = outcome;
  const { sentinels, references, groups } = plan.cluster;
  const servers = groups.flatMap((group) => group.servers).length;
  const about =
    `${sentinels + references} sentinels, ${servers} servers, ${plan.faults.length} faults; ` +
    `seconds since the faults began`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(titleOf(story))}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(titleOf(story))}</h1>
${verdict(story)}
<p class="about">${escaped(about)}</p>
${LEGEND}
</header>
<div class="scroll">
<div class="heads" style="width:${widthOf(story)}px">${heads(story)}</div>
${drawSvg(story)}
</div>
<details><summary>Replay</summary><pre>${escaped(replayPlan(plan))}</pre></details>
<details><summary>Timeline</summary><pre>${escaped(formatTimeline(outcome))}</pre></details>
</body>
</html>
`;
}

function titleOf({ violation }: Story): string {
  return violation === undefined ? "A simulated run" : `Broken: ${violation.invariant}`;
}

function verdict({ violation }: Story): string {
  if (violation === undefined) return `<p class="holds">Every invariant holds.</p>`;
  return `<p class="breaks"><a href="#violation">${escaped(violation.detail)}</a></p>`;
}

function heads({ lanes, roles }: Story): string {
  const servers = new Set(roles.map(({ node }) => node));
  return lanes
    .map((name, lane) => {
      const kind = name === "op" ? "operator" : servers.has(name) ? "server" : "sentinel";
      const left = GUTTER_PX + LANE_PX * lane;
      return `<span style="left:${left}px"><b>${escaped(name)}</b> ${kind}</span>`;
    })
    .join("");
}

const LEGEND = `<p class="legend">
<span><i class="key master"></i>master</span>
<span><i class="key running"></i>running</span>
<span><i class="key paused"></i>stopped (SIGSTOP)</span>
<span><i class="key dead"></i>not running</span>
<span><i class="key shaded"></i>hit by a fault</span>
<span class="vote">→ votes</span>
<span class="question">→ opinions</span>
<span class="order">→ orders</span>
<span class="hello">→ hellos that changed something</span>
<span class="copy">→ full copies</span>
<span>✕ held back</span>
</p>`;

const STYLE = `
:root{color-scheme:light dark;--back:#fff;--text:#1c2126;--soft:#68727d;--line:#b9c1ca;--faint:#dde2e7;
--bad:#b3261e;--good:#1c7a3d;--vote:#6a3fc0;--switch:#0b62b8;--order:#b05a00;--copy:#7a8694;
--shade:#e8a33d33;--bar:#d98a16;--broken:#fbe3e1}
@media (prefers-color-scheme:dark){:root{--back:#14181c;--text:#e4e8ec;--soft:#98a3ae;--line:#56616c;--faint:#2c343c;
--bad:#ff8a80;--good:#6fd68f;--vote:#b99cff;--switch:#7dbcff;--order:#ffb35c;--copy:#93a0ad;
--shade:#e8a33d2b;--bar:#e8a33d;--broken:#4a1f1c}}
body{margin:0;background:var(--back);color:var(--text);font:14px/1.45 system-ui,sans-serif}
header{padding:16px 20px 4px}h1{font-size:19px;margin:0 0 4px}p{margin:2px 0}
.breaks a{color:var(--bad);font-weight:600}.holds{color:var(--good)}.about{color:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:12px;color:var(--soft);margin:8px 0}
.legend .vote{color:var(--vote)}.legend .order{color:var(--order)}.legend .hello{color:var(--switch)}
.key{display:inline-block;width:18px;height:0;border-top:2px solid var(--line);margin:0 5px 3px 0}
.key.master{border-top:5px solid var(--switch)}.key.paused{border-top-style:dashed;border-color:var(--bad)}
.key.dead{border-top:2px dotted var(--line)}.key.shaded{height:10px;border:0;background:var(--shade);margin-bottom:-1px}
.scroll{overflow:auto;max-height:86vh;border-block:1px solid var(--faint)}
.heads{position:sticky;top:0;height:26px;background:var(--back);border-bottom:1px solid var(--faint);z-index:1}
.heads span{position:absolute;top:3px;color:var(--soft);white-space:nowrap}.heads b{color:var(--text);font-size:15px}
svg{display:block;font:11px/1 ui-monospace,Menlo,Consolas,monospace}
.time{fill:var(--soft);text-anchor:end}
.lane{stroke:var(--line);stroke-width:2}.lane.master{stroke:var(--switch);stroke-width:6;opacity:.75}
.lane.paused{stroke:var(--bad);stroke-dasharray:5 4}.lane.dead{stroke-dasharray:1 6}
.shade{fill:var(--shade)}.bar{fill:var(--bar)}
.said{fill:var(--text)}.back{fill:var(--back);opacity:.8}
.said.bad{fill:var(--bad)}.said.good{fill:var(--good)}.said.vote{fill:var(--vote)}.said.switch{fill:var(--switch);font-weight:700}
.said.fault{fill:var(--bar)}.said.message{fill:var(--soft)}.said.message.order{fill:var(--order)}
.dot{fill:var(--text)}.dot.bad{fill:var(--bad)}.dot.good{fill:var(--good)}.dot.vote{fill:var(--vote)}.dot.switch{fill:var(--switch)}
.arrow{stroke:var(--line);stroke-width:1.2}.arrow.vote{stroke:var(--vote)}.arrow.order{stroke:var(--order);stroke-width:2}
.arrow.hello{stroke:var(--switch);stroke-dasharray:5 3}.arrow.copy{stroke:var(--copy);stroke-dasharray:2 3}
.arrow.command{stroke:var(--text)}.arrow.held{stroke-dasharray:2 2;stroke:var(--bad)}
.violation{fill:var(--broken);stroke:var(--bad);stroke-width:1.5}.broken{fill:var(--bad);font-weight:700;font-size:14px}.detail{fill:var(--text);font-size:12px}
details{padding:8px 20px}summary{cursor:pointer}pre{overflow:auto;font-size:12px}
`;
