/** Look of the page of a judged history: dark where the reader's system is, and signs beside every colour. */
export const HISTORY_PAGE_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#c8ccd2, #444a52); --sure: light-dark(#dbe7f7, #25405f);
  --open: light-dark(#f3ead2, #574a22); --refused: light-dark(#f9d4d2, #6b2723); --dot: light-dark(#1f5fa8, #8ab8ee);
  --bad: light-dark(#b3261e, #ff8a80); --good: light-dark(#1b6e3c, #7fd49c); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } .ok { color: var(--good); } .illegal { color: var(--bad); }
.part { border: 1px solid var(--line); border-radius: 6px; margin: .8rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; } .scroll { overflow-x: auto; } .line { display: block; font-size: 11px; }
text { fill: currentColor; } rect.sure { fill: var(--sure); } rect.open { fill: var(--open); stroke: var(--line); stroke-dasharray: 4 3; }
rect.refused { fill: var(--refused); stroke: var(--bad); stroke-width: 2; }
polyline { fill: none; stroke: var(--dot); stroke-opacity: .45; } .dot { pointer-events: none; }
.dot circle { fill: var(--dot); } .dot text { fill: light-dark(#fff, #111); font-size: 8px; text-anchor: middle; }
.state { font-family: ui-monospace, monospace; } .where { opacity: .7; font-size: .85em; }
.bar { display: inline-block; width: 1.6em; height: .8em; border: 1px solid var(--line); }
.bar.sure { background: var(--sure); } .bar.open { background: var(--open); border-style: dashed; }
.bar.refused { background: var(--refused); border-color: var(--bad); }
.point { background: var(--dot); color: light-dark(#fff, #111); border-radius: 50%; padding: 0 .4em; font-size: .8em; }
button[aria-pressed='true'] { font-weight: bold; }
`;

/** Shows one of several linearizations of a part, and brings what cannot follow into sight. */
export const HISTORY_PAGE_SCRIPT = `
const bringToSight = () => document.querySelectorAll('.scroll').forEach((box) => {
  const stuck = box.querySelector('rect.refused');
  if (stuck !== null) box.scrollLeft = stuck.x.baseVal.value - box.clientWidth / 2;
});
bringToSight();
document.addEventListener('toggle', bringToSight, true);
document.addEventListener('click', ({ target }) => {
  const button = target.closest('button[data-shows]');
  if (button === null) return;
  const part = button.closest('.part');
  part.querySelectorAll('button[data-shows]').forEach((each) => each.setAttribute('aria-pressed', String(each === button)));
  part.querySelectorAll('.view').forEach((view, i) => { view.hidden = i !== Number(button.dataset.shows); });
  bringToSight();
});
`;
