"""The style sheet of the report: light and dark, a phone and paper."""

from typing import Final


STYLE: Final = """
:root {
  color-scheme: light dark;
  --ground: #ffffff; --ink: #1b2430; --soft: #51606f; --line: #d5dbe1; --panel: #f5f7f9;
  --c0: #1f6f54; --c1: #5aa883; --c2: #b8670b; --c3: #9c2f24; --c4: #2f5f9e; --c5: #6b4b9a;
  --band: #cfe3da;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12181f; --ink: #e6ebf0; --soft: #a3b0bd; --line: #33404c; --panel: #1b242d;
    --c0: #4db18c; --c1: #8fd3b4; --c2: #e09a45; --c3: #e2766a; --c4: #7fa9e0; --c5: #b396e0;
    --band: #24443a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p { margin: .5rem 0; max-width: 42rem; }
.soft { color: var(--soft); font-size: .9rem; }
.lead { font-size: 1.15rem; }
figure { margin: .75rem 0; }
figcaption { color: var(--soft); font-size: .9rem; margin-top: .35rem; }
svg { display: block; width: 100%; }
.bar { height: 2.75rem; }
.chart { height: 13rem; border-bottom: 1px solid var(--soft); background: var(--panel); }
.axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .85rem; }
.f0 { fill: var(--c0); } .f1 { fill: var(--c1); } .f2 { fill: var(--c2); }
.f3 { fill: var(--c3); } .f4 { fill: var(--c4); } .f5 { fill: var(--c5); }
.band { fill: var(--band); }
.past, .ahead { fill: none; stroke: var(--c0); stroke-width: 2; vector-effect: non-scaling-stroke; }
.ahead { stroke-dasharray: 5 4; }
.mark, .interval { fill: none; stroke: currentColor; vector-effect: non-scaling-stroke; }
.mark { stroke-width: 2; }
.interval { stroke-width: 8; }
.target { position: relative; height: 1.4rem; font-size: .85rem; }
.target span {
  position: absolute; left: clamp(2.6rem, var(--place), calc(100% - 2.6rem));
  transform: translateX(-50%); white-space: nowrap;
}
.legend { display: inline-block; margin-right: 1rem; }
.key { display: inline-block; width: .8rem; height: .8rem; margin-right: .5rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .95rem; }
th, td { text-align: left; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
td.n, th.n {
  text-align: right; padding-left: .5rem; font-variant-numeric: tabular-nums; white-space: nowrap;
}
.scroll th.n { white-space: normal; }
.scroll td:first-child { white-space: nowrap; }
code { overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--soft); font-size: .9rem; padding: .35rem 0; }
.scroll { overflow-x: auto; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  section { break-inside: avoid; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .chart { height: 7cm; }
}
"""
