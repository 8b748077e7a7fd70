// A sequence diagram of a recorded scenario: a lane for each participant, one for the servers, time goes down.
const Sequence = (() => {
  const {el, svg} = Charts;
  const ROW = 19, TOP = 30;

  /** What is compared between two sides: who did what, without the numbers that differ from run to run. */
  const plain = line => (line[1] + ' ' + line[2] + ' ' + line[3]).replace(/0x[0-9a-f]+|[0-9a-f]{8,}|[0-9]+/g, '#').replace(/→.*/, '');

  /** The first line of each in which they part; -1 where one is the beginning of the other. */
  function parting(one, other) {
    const a = one.filter(line => line[2] === 'commit' || line[2] === 'told'), b = other.filter(line => line[2] === 'commit' || line[2] === 'told');
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (plain(a[i]) !== plain(b[i])) return [one.indexOf(a[i]), other.indexOf(b[i])];
    return [-1, -1];
  }

  function diagram(lines, highlight) {
    const lanes = [...new Set(lines.filter(line => line[1] && line[1] !== 'servers').map(line => line[1]))].concat('servers');
    const lane = Math.max(46, Math.min(74, 300 / lanes.length)), left = 58, width = left + lanes.length * lane + 640, height = TOP + lines.length * ROW + 10;
    const drawing = svg('svg', {width, height, viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-label': lines.length + ' steps: ' + lines.slice(0, 12).map(line => line[1] + ' ' + line[3]).join('; ')});
    const x = name => left + lanes.indexOf(name) * lane + lane / 2, servers = x('servers');
    lanes.forEach(name => drawing.append(svg('text', {x: x(name), y: 14, 'text-anchor': 'middle'}, name.length > 8 ? name.slice(0, 7) + '…' : name), svg('line', {x1: x(name), x2: x(name), y1: 20, y2: height, stroke: 'var(--line)'})));
    lines.forEach((line, i) => {
      const [ms, who, kind, text] = line, y = TOP + i * ROW + ROW / 2, at = x(who), row = svg('g', {'data-kind': kind});
      if (i === highlight) row.append(svg('rect', {class: 'part', x: 0, y: y - ROW / 2, width, height: ROW}));
      row.append(svg('text', {class: 'f', x: 0, y: y + 4}, ms.toFixed(0) + ' ms'));
      const arrow = (from, to, colour) => { const way = to > from ? -1 : 1; row.append(svg('line', {x1: from, x2: to, y1: y, y2: y, stroke: colour, 'stroke-width': 1.4}), svg('path', {d: 'M' + to + ' ' + y + 'l' + way * 7 + ' -3.5v7z', fill: colour})); };
      if (kind === 'request') arrow(at, servers, 'var(--s0)');
      else if (kind === 'notification') arrow(servers, at, 'var(--s3)');
      else if (kind === 'fault') row.append(svg('path', {d: 'M' + (at - 6) + ' ' + (y - 6) + 'l12 12m0 -12l-12 12', stroke: 'var(--bad)', 'stroke-width': 2.4}));
      else if (kind === 'commit') row.append(svg('rect', {x: servers - 5, y: y - 5, width: 10, height: 10, rx: 2, fill: 'var(--text)'}));
      else if (kind === 'told') row.append(svg('circle', {cx: at, cy: y, r: 4.5, fill: 'var(--good)'}));
      const label = svg('text', {class: kind === 'fault' || kind === 'told' ? kind : '', x: left + lanes.length * lane + 6, y: y + 4}, (kind === 'told' || kind === 'fault' ? who + ': ' : '') + (text.length > 110 ? text.slice(0, 108) + '…' : text));
      label.append(svg('title', {}, text));
      row.append(label);
      drawing.append(row);
    });
    return drawing;
  }

  function draw(recorded, drawn, sides) {
    const parts = drawn.length > 1 ? parting(recorded[drawn[0]], recorded[drawn[1]]) : [-1];
    const all = el('div', {class: 'seqs'}, ...drawn.slice(0, 2).map((side, i) => { const box = el('div', {class: 'seq', tabindex: '0', 'data-side': side}, el('h4', {}, side), diagram(recorded[side], parts[i])); box.style.borderTop = '3px solid ' + Charts.colour(sides.indexOf(side)); return box; }));
    const legend = el('p', {class: 'hint'}, '→ request with its answer, ← watch event, ● what a participant tells, ■ transaction by zxid, ✕ fault.' + (parts[0] >= 0 ? ' Highlighted: where the two part.' : ''));
    return el('div', {}, legend, all);
  }
  return {draw};
})();
