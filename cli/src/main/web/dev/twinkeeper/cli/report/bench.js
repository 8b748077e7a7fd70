// A bench: throughput and costs by what was varied, percentiles of the latency, and a table of the medians.
(() => {
  const {el, svg, number, spread, colour} = Charts;
  const $ = id => document.getElementById(id);
  const data = JSON.parse($('data').textContent), runs = data.runs;
  const label = run => run.impl + (run.checkout ? ' of ' + run.checkout : '');
  const labels = [...new Set(runs.map(label))];
  const by = data.vary === 'nothing' ? 'tasks' : data.vary, steps = [...new Set(runs.map(run => run[by]))].sort((a, b) => a - b);
  const values = (name, step, figure) => runs.filter(run => label(run) === name && run[by] === step && Number.isFinite(run[figure])).map(run => run[figure]);
  const paint = name => name === 'ceiling' ? 'var(--bad)' : colour(labels.filter(each => each !== 'ceiling').indexOf(name));

  $('title').textContent = data.vary === 'nothing' ? 'Bench, mode ' + data.mode : 'Bench against ' + (data.vary === 'workers' ? 'workers' : 'tasks outstanding');
  $('lead').textContent = labels.join(', ') + ': ' + runs.length + ' runs in turns after a warm-up, on ' + data.where + '.';
  labels.forEach(name => { const dot = el('i'); dot.style.background = paint(name); $('legend').append(el('li', {}, dot, name)); });

  /** Series of points over names on the x axis, on a scale of powers of ten; a series is {name, points: [[values], …]}. */
  function lines(title, marks, series, unit, attribute) {
    const width = 380, height = 250, left = 52, right = 14, top = 12, bottom = 26;
    const all = series.flatMap(one => one.points.flat()).filter(value => value > 0);
    if (!all.length) return [];
    const low = Math.floor(Math.log10(Math.min(...all))), high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all))));
    const x = i => marks.length === 1 ? (left + width - right) / 2 : left + 14 + i / (marks.length - 1) * (width - left - right - 28);
    const y = value => height - bottom - (Math.log10(value) - low) / (high - low) * (height - bottom - top);
    const words = series.map(one => one.name + ' ' + one.points.map((point, i) => point.length ? marks[i] + ': ' + number(spread(point).median, unit) : '').filter(text => text).join(', ')).join('; ');
    const drawing = svg('svg', {viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-label': title + '. ' + words});
    for (let power = low; power <= high; power++) drawing.append(svg('line', {class: 'axis', x1: left, x2: width - right, y1: y(10 ** power), y2: y(10 ** power)}), svg('text', {x: left - 6, y: y(10 ** power) + 4, 'text-anchor': 'end'}, number(10 ** power, unit)));
    marks.forEach((mark, i) => drawing.append(svg('text', {x: x(i), y: height - 8, 'text-anchor': 'middle'}, mark)));
    for (const one of series) {
      const points = one.points.map((point, i) => [x(i), point.filter(value => value > 0)]).filter(([, point]) => point.length);
      const ceiling = one.name === 'ceiling', stroke = {'data-series': one.name, stroke: paint(one.name), 'stroke-width': 2, fill: 'none', 'stroke-dasharray': ceiling ? '6 4' : 'none'};
      if (ceiling && points.length === 1) drawing.append(svg('line', {...stroke, x1: left, x2: width - right, y1: y(spread(points[0][1]).median), y2: y(spread(points[0][1]).median)}));
      else if (points.length === 1) drawing.append(svg('line', {...stroke, x1: points[0][0] - 12, x2: points[0][0] + 12, y1: y(spread(points[0][1]).median), y2: y(spread(points[0][1]).median)}));
      else drawing.append(svg('path', {...stroke, d: points.map(([at, point], i) => (i ? 'L' : 'M') + at.toFixed(1) + ' ' + y(spread(point).median).toFixed(1)).join('')}));
      if (!ceiling || points.length > 1) points.forEach(([at, point]) => point.forEach(value => drawing.append(svg('circle', {cx: at, cy: y(value), r: 3.2, fill: paint(one.name), 'fill-opacity': .6}, svg('title', {}, one.name + ': ' + number(value, unit))))));
    }
    return [el('figure', {class: 'chart', style: 'margin:0', 'data-chart': attribute}, el('h3', {}, title), drawing)];
  }
  const thousands = value => value >= 1e6 ? value / 1e6 + 'M' : value >= 1e3 ? value / 1e3 + 'k' : String(value);
  const marks = steps.map(step => thousands(step));
  const over = {workers: ', by workers', tasks: ', by tasks outstanding', nothing: ''}[data.vary];
  // Where nothing was varied, the subjects stand side by side.
  const others = labels.filter(name => name !== 'ceiling'), single = steps.length === 1;
  const places = name => single ? (name === 'ceiling' ? [steps[0]] : others.map(each => each === name ? steps[0] : null)) : steps;
  const short = name => name.length > 60 / others.length ? name.slice(0, Math.floor(60 / others.length) - 1) + '…' : name;
  const chart = (figure, title, unit) => lines(title + over, single ? others.map(short) : marks, labels.map(name => ({name, points: places(name).map(step => values(name, step, figure))})), unit, figure);

  $('speed-charts').append(...chart('tasksPerSecond', 'Tasks a second', 'COUNT'), ...chart('takenOverMillis', 'Taken over', 'MILLIS'), ...chart('submittedMillis', 'Submitted', 'MILLIS'));
  const PERCENTILES = [['p50Millis', 'p50'], ['p99Millis', 'p99'], ['p999Millis', 'p99.9'], ['maxMillis', 'worst']];
  const last = steps[steps.length - 1];
  const latency = lines('Latency of a task', PERCENTILES.map(([, mark]) => mark), labels.map(name => ({name, points: PERCENTILES.map(([figure]) => values(name, last, figure))})), 'MILLIS', 'latency');
  $('latency-charts').append(...latency);
  $('latency-hint').textContent = latency.length ? 'From the moment at which a task was due, or there was room for it, until its outcome is known: what held it up counts.' : 'Mode ' + data.mode + ' takes none: use --mode window, open or masters.';
  $('cost-charts').append(...chart('cpuMicrosPerTask', 'CPU', 'MICROS'), ...chart('requestsPerTask', 'Requests', 'COUNT'), ...chart('notificationsPerTask', 'Notifications', 'COUNT'), ...chart('transactionsPerTask', 'Transactions', 'COUNT'), ...chart('allocatedKilobytesPerTask', 'Allocated', 'KILOBYTES'));

  const figures = Object.keys(data.figures).filter(figure => runs.some(run => Number.isFinite(run[figure])));
  const order = Object.keys(runs[0] || {}).filter(figure => figures.includes(figure));
  $('table').append(el('thead', {}, el('tr', {}, ...['', data.vary === 'nothing' ? 'tasks' : data.vary, ...order.map(figure => data.figures[figure])].map(text => el('th', {scope: 'col'}, text)))),
    el('tbody', {}, ...steps.flatMap(step => labels.map(name => el('tr', {'data-label': name, 'data-step': step}, el('td', {}, name), el('td', {}, String(step)), ...order.map(figure => {
      const all = values(name, step, figure);
      return el('td', {'data-figure': figure, 'data-value': all.length ? spread(all).median : ''}, all.length ? number(spread(all).median, 'COUNT') : '–');
    }))))));
  const facts = {servers: data.where, mode: data.mode, processors: data.processors, Java: data.java};
  for (const [name, value] of Object.entries(facts)) $('environment').append(el('dt', {}, name), el('dd', {}, String(value)));
  $('command').textContent = data.command;
})();
