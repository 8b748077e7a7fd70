// Reads what is embedded and draws it. All text goes in as text.
'use strict';
(() => {
  const {el, number, spread, colour, dots, stacked} = Charts;
  const $ = id => document.getElementById(id);
  const data = JSON.parse($('data').textContent), results = data.results, sides = results.sides;
  const words = id => { const text = id.slice(id.indexOf('.') + 1).replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2').toLowerCase(); return text.charAt(0).toUpperCase() + text.slice(1); };
  const values = (measured, side) => (measured.values || {})[side] || [];
  const group = name => results.measured.filter(one => one.measure.group === name);

  // The head.

  const both = sides.slice(0, 2);
  $('title').textContent = sides.length > 1 ? 'ZooKeeper by hand, or with recipes' : sides.join(' and ');
  $('legend').append(...sides.map((side, i) => { const dot = el('i', {}); dot.style.background = colour(i); return el('li', {}, dot, side); }));

  // The contrast: rows of the first two sides.

  const rows = results.measured.filter(one => both.length === 2 && both.every(side => values(one, side).length)).map(one => {
    const s = both.map(side => spread(values(one, side)));
    const ratio = s[0].median === s[1].median ? 1 : s[1].median / s[0].median;
    const sane = ratio > 0 && Number.isFinite(ratio);
    // A few runs of something that is never twice the same say nothing of the next: as in the tables of compare.
    const chance = ['MILLIS', 'MICROS', 'PER_SECOND'].includes(one.measure.unit) && s.some(each => each.samples < 5);
    return {one, s, ratio, chance, differs: !chance && (s[0].least > s[1].most || s[1].least > s[0].most), distance: sane ? Math.abs(Math.log(ratio)) : 99};
  }).sort((a, b) => b.distance - a.distance);
  const differing = rows.filter(row => row.differs), overlapping = rows.filter(row => !row.differs);

  function ratioText(row) {
    const less = row.ratio < 1, by = less ? 1 / row.ratio : row.ratio;
    if (!Number.isFinite(by) || by <= 0) return ['none', 'on one side'];
    const better = (row.one.measure.better === 'HIGHER') === (row.ratio > 1) ? both[1] : both[0];
    return [by >= 10 ? Math.round(by) + '×' : by >= 1.995 ? by.toFixed(1) + '×' : Math.round((by - 1) * 100) + ' %', (less ? 'less' : 'more') + ' in ' + both[1] + (row.differs ? ' · ' + better + ' better' : '')];
  }

  function contrastRow(row) {
    const most = Math.max(1e-9, ...row.s.map(s => s.most));
    const bars = el('div', {class: 'bars'}, ...both.map((side, i) => {
      const bar = el('i', {}), line = el('s', {}), s = row.s[i];
      bar.style.width = Math.max(0, s.median / most * 100) + '%'; bar.style.background = colour(i);
      line.style.left = Math.max(0, s.least / most * 100) + '%'; line.style.width = Math.max(0, (s.most - Math.max(0, s.least)) / most * 100) + '%';
      const track = el('div', {class: 'track'}, bar);
      if (s.samples > 1 && s.most > s.least) track.append(line);
      track.title = side + ': ' + s.samples + ' runs, from ' + number(s.least, row.one.measure.unit) + ' to ' + number(s.most, row.one.measure.unit);
      return el('div', {}, track, el('span', {class: 'num', 'data-side': side, 'data-value': s.median}, number(s.median, row.one.measure.unit)));
    }));
    const [times, text] = row.differs ? ratioText(row) : ['≈', row.chance && row.s[0].median !== row.s[1].median ? 'too few runs to tell' : 'the runs overlap'];
    return el('li', {'data-measure': row.one.measure.id}, el('div', {class: 'what'}, row.one.measure.what, el('small', {}, row.s[0].samples > 1 ? row.s[0].samples + ' runs' : 'counted once')), bars, el('div', {class: 'ratio'}, el('b', {}, times), el('small', {}, text)));
  }
  $('contrast-rows').append(...differing.map(contrastRow));
  if (!differing.length) $('contrast-rows').append(el('li', {}, 'No measure of this run sets the two sides apart.'));
  $('overlap').hidden = !overlapping.length;
  $('overlap').querySelector('summary').textContent = overlapping.length + ' measures in which the runs of both sides overlap, are the same, or are too few';
  $('overlap-rows').append(...overlapping.map(contrastRow));
  addEventListener('beforeprint', () => { $('overlap').open = true; });

  // The differences.

  const differences = results.differences;
  $('differences-body').append(differences.length ? el('div', {class: 'scroll'}, el('table', {},
    el('thead', {}, el('tr', {}, ...['Rule', 'Side', 'Why', 'Proved by'].map(text => el('th', {scope: 'col'}, text)))),
    el('tbody', {}, ...differences.map(one => el('tr', {}, el('td', {}, el('span', {class: 'rule'}, one.rule), (data.rules[one.rule] || {}).title || ''), el('td', {}, one.side),
      el('td', {}, one.why, ...(one.source ? [el('br', {}), el('small', {class: 'hint'}, one.source)] : [])),
      el('td', {}, ...Object.keys(one.proofs || {}).map(id => el('div', {}, opener(id))))))))) : el('p', {}, 'None was declared for what was played.'));

  function opener(id) { const button = el('button', {type: 'button'}, words(id)); button.addEventListener('click', () => open(id)); return button; }

  // The grid.

  const scenarios = new Map();
  for (const played of results.played) {
    if (!scenarios.has(played.scenario)) scenarios.set(played.scenario, {id: played.scenario, rules: played.rules || [], by: {}});
    const by = scenarios.get(played.scenario).by;
    (by[played.side] = by[played.side] || []).push(played);
  }
  const outcome = runs => !runs ? 'none' : runs.some(run => !run.ok) ? 'failed' : runs.some(run => run.differing) ? 'differs' : 'ok';
  const option = (value, text) => el('option', {value}, text);
  const topics = [...new Set([...scenarios.keys()].map(id => id.slice(0, Math.max(0, id.indexOf('.')))))].sort();
  const cited = [...new Set([...scenarios.values()].flatMap(one => one.rules))].sort((a, b) => a.localeCompare(b, 'en', {numeric: true}));
  $('f-rule').append(option('', 'all'), ...cited.map(rule => option(rule, rule + ' ' + ((data.rules[rule] || {}).title || ''))));
  $('f-topic').append(option('', 'all'), ...topics.map(topic => option(topic, topic)));
  const shownSides = sides.filter(side => results.played.some(played => played.side === side));
  $('grid').tHead.append(el('tr', {}, el('th', {scope: 'col'}, 'Scenario'), el('th', {scope: 'col'}, 'Rules'), ...shownSides.map(side => el('th', {scope: 'col'}, side))));

  function cell(runs) {
    const how = outcome(runs);
    if (how === 'none') return el('td', {}, '–');
    const good = runs.filter(run => run.ok && !run.differing).length;
    const text = {ok: '✓ kept', differs: '◆ differs', failed: '✕ failed'}[how];
    return el('td', {}, el('span', {class: 'mark ' + how}, text, el('small', {}, (runs.length > 1 ? good + '/' + runs.length + ', ' : '') + number(spread(runs.map(run => run.millis)).median, 'MILLIS'))));
  }
  function grid() {
    const rule = $('f-rule').value, topic = $('f-topic').value, wanted = $('f-outcome').value, text = $('f-words').value.trim().toLowerCase();
    const shown = [...scenarios.values()].filter(one => {
      const outcomes = shownSides.map(side => outcome(one.by[side])).filter(how => how !== 'none');
      const fits = !wanted || (wanted === 'ok' ? outcomes.every(how => how === 'ok') : outcomes.includes(wanted));
      return fits && (!rule || one.rules.includes(rule)) && (!topic || one.id.startsWith(topic + '.')) && (!text || (one.id + ' ' + words(one.id)).toLowerCase().includes(text));
    });
    $('grid').tBodies[0].replaceChildren(...shown.map(one => el('tr', {'data-scenario': one.id}, el('td', {}, opener(one.id)), el('td', {}, ...one.rules.map(name => el('span', {class: 'rule', title: (data.rules[name] || {}).title || ''}, name))), ...shownSides.map(side => cell(one.by[side])))));
    $('f-count').textContent = shown.length + ' of ' + scenarios.size;
  }
  $('filters').addEventListener('input', grid);
  $('filters').addEventListener('submit', event => event.preventDefault());
  grid();

  // One scenario.

  function open(id) {
    const one = scenarios.get(id) || {id, rules: [], by: {}}, source = data.scenarios[id], body = [];
    $('scenario-title').textContent = words(id);
    one.rules.forEach(rule => body.push(el('p', {}, el('span', {class: 'rule'}, rule), (data.rules[rule] || {}).text || '')));
    body.push(el('h3', {}, 'Outcome'));
    shownSides.forEach(side => (one.by[side] || []).forEach(run => {
      const how = !run.ok ? 'failed' : run.differing ? 'differs' : 'ok';
      body.push(el('p', {}, el('b', {}, side + ' '), el('span', {class: 'mark ' + how}, {ok: '✓ kept', differs: '◆ differs from ' + run.differing, failed: '✕ failed'}[how]), ' in ' + number(run.millis, 'MILLIS')));
      if (run.failure) body.push(el('p', {class: run.ok ? '' : 'fail'}, run.failure));
    }));
    differences.filter(difference => (difference.proofs || {})[id]).forEach(difference => body.push(el('p', {}, difference.side + ' says: ' + difference.why)));
    const recorded = data.recordings[id] || {}, drawn = shownSides.filter(side => recorded[side]);
    if (drawn.length) body.push(el('h3', {}, 'What happened in this run'), Sequence.draw(recorded, drawn, sides));
    body.push(el('h3', {}, 'Source'), source ? el('p', {class: 'hint'}, source.file + ':' + source.line) : el('p', {class: 'hint'}, 'The sources were not at hand when this report was made.'));
    if (source) body.push(el('pre', {tabindex: '0'}, source.code));
    body.push(el('h3', {}, 'Play it again'), el('pre', {}, './twinkeeper compare --impl ' + sides.join(',') + " --scenario '" + id.replace(/'/g, '') + "'"));
    $('scenario-body').replaceChildren(...body);
    $('scenario').showModal();
  }
  $('scenario-close').addEventListener('click', () => $('scenario').close());

  // The charts.

  const show = (id, charts) => { $(id + '-charts').append(...charts); $(id).hidden = !charts.length; document.querySelector('nav a[href="#' + id + '"]').hidden = !charts.length; };
  const slow = one => Math.max(0, ...Object.values(one.values).flat()) > data.sessionMs / 2;
  show('failover', group('FAILOVER').map(one => dots(one.measure, one.values, sides, slow(one) ? data.sessionMs : 0)));
  const median = (id, side) => { const one = results.measured.find(each => each.measure.id === id); return one && values(one, side).length ? spread(values(one, side)).median : 0; };
  const cases = [...new Set(group('WIRE').map(one => one.measure.id.split('.').slice(0, 2).join('.')))];
  show('wire', cases.map(name => {
    const of = group('WIRE').find(one => one.measure.id.startsWith(name + '.'));
    return [name, of.measure.what.includes(', ') ? of.measure.what.slice(of.measure.what.indexOf(', ') + 2) : name];
  }).map(([name, title]) => stacked(title, sides.filter(side => group('WIRE').some(one => one.measure.id.startsWith(name) && values(one, side).length)).map(side => {
    const requests = median(name + '.requests', side), transactions = Math.min(requests, median(name + '.transactions', side));
    return {name: side, side, parts: [['transactions', transactions], ['other requests', requests - transactions], ['notifications', median(name + '.notifications', side)]]};
  }), 'COUNT', sides)));
  const sizes = group('CODE').filter(one => one.measure.unit === 'LINES');
  const parts = (title, list) => list.length ? [stacked(title, list.flatMap(one => sides.filter(side => values(one, side).length).map(side => ({name: one.measure.id.split('.').pop(), side, parts: [['lines', spread(values(one, side)).median]]}))), 'COUNT', sides)] : [];
  show('code', [...parts('Lines of the roles', sizes.filter(one => !one.measure.id.includes('recipes'))), ...parts('Lines of the small recipes', sizes.filter(one => one.measure.id.includes('recipes'))),
    ...parts('What a reader has to know', group('CONCEPTS'))]);
  show('pace', [...group('BENCH'), ...group('FOOTPRINT'), ...group('RECIPE')].map(one => dots(one.measure, one.values, sides, 0)));

  // The run, and the lead, which counts what was shown.

  const failed = results.played.filter(run => !run.ok).length;
  $('lead').textContent = (both.length === 2 ? differing.length + ' of ' + rows.length + ' measures set ' + both[0] + ' and ' + both[1] + ' apart by more than their runs differ among themselves. ' : '')
    + scenarios.size + ' scenarios were played' + (failed ? ', ' + failed + (failed === 1 ? ' run failed.' : ' runs failed.') : ', none failed' + (differences.length ? ' but where a side says so itself.' : '.'));
  const facts = {began: results.at, took: results.seconds + ' s', servers: results.servers, runs: results.runs, scope: (results.scope || '').toLowerCase(), ...results.environment};
  for (const [name, value] of Object.entries(facts)) $('environment').append(el('dt', {}, name), el('dd', {}, String(value)));
  $('command').textContent = data.command;
})();
