/** Of the page: colours for light and dark, nothing from elsewhere. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --paper: #fbfaf7; --line: #d5d9de; --accent: #2b6cb0; --bad: #b3261e; --good: #1e7d4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ec; --dim: #97a1b0; --paper: #14181f; --line: #343b47; --accent: #7fb2ea; --bad: #ff8a80; --good: #6fd3a1; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; margin: 0 0 8px; } h2 { font-size: 19px; margin: 32px 0 8px; }
small { color: var(--dim); font-weight: normal; font-size: 13px; }
code { font: 14px ui-monospace, monospace; }
.plan { padding-left: 20px; }
.bad { color: var(--bad); } .good { color: var(--good); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: right; padding: 6px 8px; border-bottom: 1px solid var(--line); white-space: nowrap; font-variant-numeric: tabular-nums; }
th[scope=row], thead th:first-child { text-align: left; font-weight: normal; }
thead th { color: var(--dim); font-weight: normal; font-size: 13px; }
.events td, .cast td { text-align: left; font-size: 14px; } .events td:first-child { text-align: right; }
.events .fault td { color: var(--bad); }
.histogram { width: 240px; height: 48px; }
.histogram rect { fill: var(--accent); } .histogram line, .timeline line { stroke: var(--line); }
svg text { fill: var(--dim); font: 11px system-ui, sans-serif; }
.timeline { width: 100%; min-width: 640px; } .timeline text { font-size: 12px; }
.dot { width: 12px; height: 12px; vertical-align: -1px; }
circle { stroke: var(--paper); stroke-width: 1; fill: var(--dim); }
.fault { fill: var(--bad); } circle.sdown { fill: #d08b1e; } circle.odown { fill: #d8622b; } circle.elected { fill: #8a5cc9; } circle.promoted { fill: #2b6cb0; } circle.switch { fill: #23935b; } circle.abort { fill: #888; }
.legend span { display: inline-block; margin-right: 14px; font-size: 13px; color: var(--dim); }
.blames { list-style: none; padding: 0; } .blames li { border-left: 3px solid var(--accent); padding: 2px 12px; margin: 12px 0; } .blames p { margin: 2px 0; }
.help { color: var(--dim); } .tried { color: var(--good); }
summary { cursor: pointer; color: var(--accent); }
`;
