// Plain SVG, and numbers as people read them.
'use strict';
const Charts = (() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const el = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const svg = (name, attributes, ...children) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const UNITS = {LINES: ' lines', COUNT: '', PERCENT: ' %', KILOBYTES: ' kB', MILLIS: ' ms', MICROS: ' µs', PER_SECOND: '/s'};
  function number(value, unit) {
    if (value === undefined || value === null || !Number.isFinite(value)) return '–';
    if (unit === 'MILLIS' && Math.abs(value) >= 1000) return (value / 1000).toFixed(2) + ' s';
    const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
    return value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits}) + (UNITS[unit] ?? '');
  }
  function spread(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return {median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted[sorted.length - 1], samples: sorted.length};
  }
  const colour = index => 'var(--s' + Math.min(index, 4) + ')';

  function frame(title, width, height, label) {
    const drawing = svg('svg', {viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-label': label});
    return [el('figure', {class: 'chart', style: 'margin:0'}, el('h3', {}, title), drawing), drawing];
  }
  function nice(most) {
    const power = 10 ** Math.floor(Math.log10(most || 1));
    return [1, 2, 2.5, 5, 10].map(n => n * power).find(n => n >= most) || most;
  }

  /** Every run a point, a line for each side, the median as a bar. */
  function dots(measure, values, sides, limit) {
    const width = 380, left = 74, right = 64, lane = 34, height = 22 + sides.length * lane + 22;
    const given = sides.filter(side => (values[side] || []).length);
    const label = measure.what + ': ' + given.map(side => { const s = spread(values[side]); return side + ' median ' + number(s.median, measure.unit) + ', from ' + number(s.least, measure.unit) + ' to ' + number(s.most, measure.unit); }).join('; ');
    const [figure, drawing] = frame(measure.what, width, height, label);
    const most = nice(Math.max(limit || 0, ...given.flatMap(side => values[side])));
    const least = Math.min(0, ...given.flatMap(side => values[side]));
    const x = value => left + (value - least) / ((most - least) || 1) * (width - left - right);
    [0, .5, 1].forEach(part => {
      const at = least + (most - least) * part;
      drawing.append(svg('line', {class: 'axis', x1: x(at), x2: x(at), y1: 14, y2: height - 20}), svg('text', {x: x(at), y: height - 6, 'text-anchor': 'middle'}, number(at, measure.unit)));
    });
    if (limit && limit <= most) drawing.append(svg('line', {class: 'limit', x1: x(limit), x2: x(limit), y1: 6, y2: height - 20}), svg('text', {x: x(limit) + (x(limit) > width * .6 ? -4 : 4), y: 11, 'text-anchor': x(limit) > width * .6 ? 'end' : 'start'}, 'session timeout'));
    given.forEach((side, i) => {
      const y = 32 + i * lane, own = colour(sides.indexOf(side)), s = spread(values[side]);
      drawing.append(svg('text', {x: 0, y: y + 4}, side.length > 11 ? side.slice(0, 10) + '…' : side));
      values[side].forEach((value, run) => drawing.append(svg('circle', {cx: x(value), cy: y + (run % 3 - 1) * 4, r: 3.6, fill: own, 'fill-opacity': .55})));
      drawing.append(svg('line', {x1: x(s.median), x2: x(s.median), y1: y - 11, y2: y + 11, stroke: own, 'stroke-width': 3}), svg('text', {class: 'v', x: width, y: y + 4, 'text-anchor': 'end'}, number(s.median, measure.unit)));
    });
    return figure;
  }

  /** Horizontal bars, each in parts; rows are {name, side, parts: [[name, value]]}. */
  function stacked(title, rows, unit, sides) {
    const width = 380, left = 74, right = 56, lane = 26, height = 10 + rows.length * lane + 26;
    const total = row => row.parts.reduce((sum, part) => sum + part[1], 0);
    const [figure, drawing] = frame(title, width, height, rows.map(row => row.name + ': ' + row.parts.map(part => part[0] + ' ' + number(part[1], unit)).join(', ')).join('; '));
    const most = Math.max(1, ...rows.map(total));
    rows.forEach((row, i) => {
      const y = 8 + i * lane;
      let x = left;
      drawing.append(svg('text', {x: 0, y: y + 14}, row.name.length > 11 ? row.name.slice(0, 10) + '…' : row.name));
      row.parts.forEach(([name, value], part) => {
        const wide = value / most * (width - left - right);
        drawing.append(svg('rect', {x, y, width: Math.max(0, wide - 1), height: 18, rx: 2, fill: colour(sides.indexOf(row.side)), 'fill-opacity': [1, .62, .34, .2][part] ?? .2}, svg('title', {}, name + ': ' + number(value, unit))));
        x += wide;
      });
      drawing.append(svg('text', {class: 'v', x: width, y: y + 14, 'text-anchor': 'end'}, number(total(row), unit)));
    });
    const names = [...new Set(rows.flatMap(row => row.parts.map(part => part[0])))];
    if (names.length > 1) {
      let x = left;
      names.forEach((name, part) => {
        drawing.append(svg('rect', {x, y: height - 14, width: 9, height: 9, rx: 2, fill: 'currentColor', 'fill-opacity': [1, .62, .34, .2][part] ?? .2}), svg('text', {x: x + 13, y: height - 6}, name));
        x += 22 + name.length * 6.2;
      });
    }
    return figure;
  }
  return {el, svg, number, spread, colour, dots, stacked};
})();
