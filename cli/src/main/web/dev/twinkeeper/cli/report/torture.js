// A torture run: two plots that share their time, a table, and what was found.
(() => {
  const {el, svg, number} = Charts;
  const $ = id => document.getElementById(id);
  const data = JSON.parse($('data').textContent), {run, report, points, faults} = data;
  const start = points.length ? points[0][0] : 0, end = points.length ? points[points.length - 1][0] + 1 : 1;
  const KINDS = [...new Set(faults.map(fault => fault.kind))];

  $('title').textContent = report.holds ? 'Every rule was kept' : 'Rules were broken';
  const total = points.reduce((sum, point) => sum + point[1], 0);
  $('lead').textContent = run.implementation + ', ' + Math.round((run.duration_ms || 0) / 1000) + ' s under ' + number(run.rate, 'COUNT') + ' tasks a second, ' + faults.length + ' faults of ' + KINDS.length + ' kinds, seed ' + run.seed + '. ' + number(Math.round(total), 'COUNT') + ' outcomes learnt.';

  function plot(title, series, scale, ticks, unit) {
    const width = 1180, height = 240, left = 60, bottom = 24;
    const drawing = svg('svg', {viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-label': title + ', ' + points.length + ' points, ' + faults.length + ' faults'});
    const x = at => left + (at - start) / (end - start) * (width - left), y = value => height - bottom - scale(value) * (height - bottom - 14);
    for (const fault of faults) {
      const from = fault.begin / 1e6, to = Math.max(fault.end, fault.recovered || fault.end) / 1e6;
      drawing.append(svg('rect', {'data-fault': fault.n, x: x(from), y: 14, width: Math.max(2, x(to) - x(from)), height: height - bottom - 14, fill: fault.seen ? 'var(--bad)' : 'var(--faint)', 'fill-opacity': .13},
        svg('title', {}, fault.kind + ' of ' + fault.target + ': ' + (fault.effect || fault.dud || '') + (fault.recovery_ms !== undefined ? '; service after ' + fault.recovery_ms + ' ms' : ''))));
    }
    ticks.forEach(value => drawing.append(svg('line', {class: 'axis', x1: left, x2: width, y1: y(value), y2: y(value)}), svg('text', {x: left - 6, y: y(value) + 4, 'text-anchor': 'end'}, number(value, unit))));
    for (let at = start; at <= end; at += Math.max(10, Math.ceil((end - start) / 100) * 10)) drawing.append(svg('text', {x: x(at), y: height - 6}, at - start + ' s'));
    series.forEach(([index, colour, wide]) => {
      let path = '', pen = false;
      for (const point of points) { const value = point[index]; if (value === undefined) { pen = false; continue; } path += (pen ? 'L' : 'M') + x(point[0] + .5).toFixed(1) + ' ' + y(value).toFixed(1); pen = true; }
      drawing.append(svg('path', {d: path, fill: 'none', stroke: colour, 'stroke-width': wide, 'stroke-linejoin': 'round'}));
    });
    return el('figure', {class: 'chart', style: 'margin:0 0 18px'}, el('h3', {}, title), drawing);
  }
  const most = Math.max(1, ...points.map(point => point[1]));
  const log = value => Math.max(0, Math.min(1, (Math.log10(Math.max(1, value))) / 5));
  $('plots').append(plot('Outcomes a second', [[1, 'var(--s0)', 1.8]], value => value / most, [0, most / 2, most], 'COUNT'),
    plot('Latency: the middle one, one in a hundred (bold), the worst', [[4, 'var(--s4)', 1], [2, 'var(--s0)', 1.5], [3, 'var(--s1)', 2]], log, [1, 10, 100, 1000, 10000, 100000], 'MILLIS'));

  $('tolls').append(el('thead', {}, el('tr', {}, ...['Fault', 'Injected', 'Seen', 'Service back, median', 'worst'].map(text => el('th', {scope: 'col'}, text)))),
    el('tbody', {}, ...(report.faults || []).map(toll => el('tr', {}, el('td', {}, toll.kind), el('td', {}, String(toll.injected)), el('td', {}, String(toll.seen)), el('td', {}, number(toll.recovery_median_ms, 'MILLIS')), el('td', {}, number(toll.recovery_worst_ms, 'MILLIS'))))));

  const findings = report.findings || [];
  $('findings-body').append(...(findings.length ? findings.map(one => el('article', {}, el('h3', {}, (one.kind || one.charge || '') + (one.zxid ? ' at zxid ' + one.zxid : '')), el('p', {class: 'fail'}, one.message), el('pre', {tabindex: '0'}, (one.records || []).join('\n')))) : [el('p', {}, 'None: the replay of the servers’ logs and the history agree with every rule.')]));
  const facts = {implementation: run.implementation, began: run.begin, masters: run.masters, workers: run.workers, clients: run.clients, 'session timeout': run.session_timeout_ms + ' ms', processors: run.processors, ...(run.versions || {})};
  for (const [name, value] of Object.entries(facts)) $('environment').append(el('dt', {}, name), el('dd', {}, String(value)));
  $('command').textContent = run.command;
})();
