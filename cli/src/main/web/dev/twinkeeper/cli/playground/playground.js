// Puts the page together: one stream of messages from the server, one POST for each button.
'use strict';
(() => {
  const {el, seconds} = Timeline;
  const $ = id => document.getElementById(id);
  const token = document.querySelector('meta[name=token]').content;
  const SESSION_MS = 4000, EPISODES = 12;
  const HUES = {m1: '#8a4fd3', m2: '#c13f8f', w1: '#1f8a5b', w2: '#0f86a8', w3: '#5d7d12', w4: '#b07d10', w5: '#7a5c45', w6: '#3d6bb3', w7: '#a0483c', w8: '#5b6472', client: '#5b6472', operator: '#b3261e'};
  const hue = id => HUES[id.split('/').pop()] || '#6b7280';
  const REGIONS = {kill: 'failover', close: 'failover', pause: 'zombie', resume: 'zombie', cut: 'connection', mend: 'connection', expire: 'connection', start: 'worker', 'lose-answer': 'lost-answer', submit: 'submit', 'delete-master': 'zombie', 'take-master': 'zombie', 'release-master': 'failover', 'remove-assign': 'worker', 'add-worker': 'worker', 'stop-server': 'connection', 'cut-leader': 'connection', 'lose-quorum': 'connection', 'restore-quorum': 'connection', 'watch-once': 'watch'};

  const znodes = {raw: new Map(), curator: new Map()};
  const state = {roles: [], servers: [], episodes: [], notes: [], connected: false};
  const timeline = Timeline.create($('timeline'), {live: true});
  const sections = {}, trees = {};
  for (const side of ['raw', 'curator']) {
    sections[side] = document.querySelector('.side[data-side=' + side + ']');
    trees[side] = Tree.create(sections[side].querySelector('.tree'), side, hue);
  }

  // What comes in.

  const source = new EventSource('/events');
  source.onopen = () => { state.connected = true; banner(); };
  source.onerror = () => { state.connected = false; banner(); };
  source.onmessage = event => take(JSON.parse(event.data));

  function take(message) {
    timeline.time(message.t);
    if (message.whole) { znodes.raw.clear(); znodes.curator.clear(); timeline.clear(); }
    if (message.events) timeline.events(message.events);
    if (message.wires) timeline.wires(message.t, message.wires);
    if (message.roles) { state.roles = message.roles; timeline.lanes(message.roles.map(role => role.id)); targets(); }
    if (message.servers) { state.servers = message.servers; timeline.lanes(message.servers.map(server => server.name)); servers(); }
    if (message.tree) mirror(message.tree, message.whole);
    if (message.episodes) { state.episodes = message.episodes; episodes(); timeline.episodes(message.episodes); }
    if (message.notes) notes(message.notes);
    if ('stale' in message) { state.stale = message.stale; state.phase = message.phase; banner(); }
    if (message.whole || message.tree || message.roles) later();
    document.dispatchEvent(new CustomEvent('taken', {detail: message}));
  }

  function mirror(changes, whole) {
    for (const [path, znode] of Object.entries(changes)) {
      const side = path.split('/')[1];
      if (!znodes[side]) continue;
      if (znode) znodes[side].set(path, znode); else znodes[side].delete(path);
      if (!whole) trees[side].changed(path);
    }
  }

  let waiting = false;
  function later() {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; ['raw', 'curator'].forEach(side => { cards(side); counts(side); trees[side].render(znodes[side]); }); }, 80);
  }

  // What is shown.

  function banner() {
    const text = !state.connected ? 'The playground does not answer: has it been ended in its terminal? Trying again…'
      : state.phase ? 'Starting: ' + state.phase + '…'
      : state.stale ? 'The ensemble has no quorum: what the trees show is of before.' : '';
    $('banner').hidden = !text;
    $('banner').textContent = text;
    document.body.classList.toggle('stale', Boolean(state.stale));
  }

  function servers() {
    $('servers').replaceChildren(...state.servers.map(server => {
      const dot = server.cut ? 'wait' : server.mode === 'leader' ? 'lead' : server.mode === 'follower' ? 'on' : server.mode === 'down' ? 'off' : 'wait';
      const item = el('li', {'data-server': server.id, 'data-mode': server.mode}, el('i', {class: 'dot ' + dot}), server.name, el('b', {}, server.cut ? 'cut off' : server.mode));
      if (server.mode !== 'down') item.append(el('span', {class: 'zxid'}, server.zxid));
      return item;
    }));
  }

  function count(side, below) { let n = 0; for (const path of znodes[side].keys()) if (below(path.split('/'))) n++; return n; }

  function counts(side) {
    const tasks = count(side, part => part.length === 4 && part[2] === 'tasks');
    const done = count(side, part => part.length === 5 && part[2] === 'tasks');
    const assigned = count(side, part => part.length === 5 && part[2] === 'assign');
    const master = znodes[side].get('/' + side + '/master'), epoch = znodes[side].get('/' + side + '/master-epoch');
    const shown = [['pending', Math.max(0, tasks - done - assigned)], ['assigned', assigned], ['completed', done]];
    sections[side].querySelector('.counts').replaceChildren(...shown.map(([name, n]) => el('li', {'data-count': name}, el('b', {}, String(n)), ' ' + name)));
    sections[side].querySelector('.fence').textContent = master && epoch ? 'fence: /master v' + master.v + ' + epoch ' + epoch.v : 'nobody reigns';
  }

  function cards(side) {
    const held = {};
    for (const path of znodes[side].keys()) { const part = path.split('/'); if (part.length === 5 && part[2] === 'assign') held[part[3]] = (held[part[3]] || 0) + 1; }
    sections[side].querySelector('.roles').replaceChildren(...state.roles.filter(role => role.side === side).map(role => card(role, held[role.name] || 0)));
  }

  function card(role, held) {
    const running = role.process === 'running';
    const tag = !running ? role.process : role.cut ? 'cut off' : !role.connected ? 'disconnected' : role.reigns ? 'reigns' : role.kind;
    const box = el('li', {class: 'role' + (role.reigns && running ? ' reigns' : '') + (running ? '' : ' down'), 'data-role': role.id, 'data-state': tag},
      el('div', {class: 'top2'}, el('b', {}, role.name), el('span', {class: 'tag ' + (!running || role.cut || !role.connected ? 'bad' : role.reigns ? 'good' : '')}, tag)));
    box.style.setProperty('--hue', hue(role.id));
    box.title = role.connect + '\npid ' + role.pid;
    box.append(el('p', {class: 'state'}, role.doing));
    if (running && !role.connected && role.disconnectedAt) {
      const left = SESSION_MS - (Date.now() - role.disconnectedAt);
      box.append(el('p', {class: 'warn', 'data-since': role.disconnectedAt}, left > 0 ? 'session ends in ' + seconds(left) : 'session is over by now'));
    } else box.append(el('p', {}, role.session ? 'session …' + role.session.slice(-6) : 'no session yet'));
    if (role.kind === 'worker') {
      const slots = el('div', {class: 'held', title: held + ' tasks assigned', 'aria-label': held + ' tasks assigned'});
      for (let i = 0; i < Math.min(held, 9); i++) slots.append(el('i', {}));
      box.append(slots);
    }
    return box;
  }
  setInterval(() => document.querySelectorAll('.warn[data-since]').forEach(line => {
    const left = SESSION_MS - (Date.now() - line.dataset.since);
    line.textContent = left > 0 ? 'session ends in ' + seconds(left) : 'session is over by now';
  }), 200);

  function targets() {
    const select = $('target'), names = new Set(state.roles.filter(role => role.kind !== 'master').map(role => role.name));
    const known = new Set([...select.options].map(option => option.value));
    [...names].sort().forEach(name => { if (!known.has(name)) select.insertBefore(el('option', {value: name}, name), select.lastElementChild); });
  }

  function episodes() {
    $('nothing').hidden = state.episodes.length > 0;
    $('episodes').replaceChildren(...state.episodes.slice(-EPISODES).reverse().map(episode));
  }

  function episode(one) {
    const labels = [];
    one.sides.forEach(side => [...side.reached.map(reached => reached.label), ...side.missing].forEach(label => { if (!labels.includes(label)) labels.push(label); }));
    const longest = Math.max(1, ...one.sides.flatMap(side => side.reached.map(reached => reached.ms)));
    const grid = el('div', {class: 'ep'}, el('span', {class: 'corner'}));
    ['raw', 'curator'].forEach(name => { const side = one.sides.find(each => each.side === name); grid.append(el('span', {class: 'h ' + name}, (name === 'raw' ? 'raw' : 'Curator') + (side && side.target && side.target !== 'the ensemble' ? ' · ' + side.target : ''))); });
    const line = (label, cell) => { grid.append(el('span', {class: 'lab'}, label)); ['raw', 'curator'].forEach(name => { const side = one.sides.find(each => each.side === name); grid.append(side ? cell(side, name) : el('span', {}, '–')); }); };
    labels.forEach(label => line('until ' + label, (side, name) => {
      const reached = side.reached.find(each => each.label === label);
      if (!reached) return el('span', {class: 'wait'}, side.over ? (side.missing.includes(label) ? 'did not come' : '–') : 'waiting…');
      const bar = el('i', {}); bar.style.width = Math.max(1, reached.ms / longest * 62) + '%';
      return el('div', {class: 'bar2 ' + name}, bar, el('span', {'data-ms': reached.ms}, reached.ms < 1000 ? reached.ms + ' ms' : (reached.ms / 1000).toFixed(2) + ' s'));
    }));
    line('requests / notifications', side => el('span', {'data-requests': side.requests}, side.requests + ' / ' + side.notifications));
    const code = el('button', {type: 'button', class: 'ms'}, 'The code that ran');
    code.addEventListener('click', () => showCode(one));
    return el('li', {'data-episode': one.id, 'data-over': one.sides.length > 0 && one.sides.every(side => side.over)}, el('div', {class: 'ep-head'}, el('b', {}, one.title), el('small', {}, 'at ' + seconds(one.t)), code), grid);
  }

  async function showCode(one) {
    let region = REGIONS[one.action] || 'failover';
    if (['kill', 'close', 'pause', 'expire'].includes(one.action) && one.sides.some(side => side.target.startsWith('w'))) region = 'worker';
    const got = await (await fetch('/code?' + region)).json();
    $('code-title').textContent = one.title + ': the code';
    $('code-what').textContent = got.what;
    $('code-sides').replaceChildren(...got.sides.map(side => {
      const column = el('div', {class: side.side}, el('h3', {}, side.side === 'raw' ? 'raw' : 'Curator'));
      side.methods.forEach(method => column.append(
        el('h4', {}, method.method + ' ', el('span', {}, method.missing ? 'not in these sources' : method.file.split('/').slice(-1)[0] + ':' + method.line)),
        el('p', {class: 'why'}, method.why), ...(method.missing ? [] : [withTitle(el('pre', {tabindex: '0'}, method.code), method.file + ':' + method.line)])));
      return column;
    }));
    $('code').showModal();
  }
  function withTitle(node, title) { node.title = title; return node; }
  $('code-close').addEventListener('click', () => $('code').close());

  let shownNotes = 0;
  function notes(all) {
    const fresh = all.slice(state.notes.length > all.length ? 0 : state.notes.length === all.length ? all.length - 1 : state.notes.length);
    state.notes = all;
    fresh.forEach(note);
  }
  function note(text) {
    const line = el('p', {}, text);
    $('notes').append(line);
    while ($('notes').children.length > 4) $('notes').firstElementChild.remove();
    setTimeout(() => line.remove(), 9000 + 1000 * Math.min(3, shownNotes++));
  }

  // What goes out.

  async function post(path, body) {
    const answer = await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json', 'X-Token': token}, body: JSON.stringify(body)});
    if (answer.status === 409) throw new Error((await answer.json()).refused);
    if (!answer.ok) throw new Error('refused: ' + (await answer.text()).trim());
    return answer.json();
  }

  function asked(button) {
    return {
      action: button.dataset.action,
      target: button.dataset.on ? $('target').value : button.dataset.target || '',
      side: document.querySelector('input[name=side]:checked').value,
      count: Number(button.dataset.count || 1),
    };
  }

  async function act(body) {
    try { return await post('/act', body); } catch (problem) { note(problem.message); return null; }
  }

  document.querySelectorAll('button[data-action]').forEach(button => {
    button.addEventListener('click', async () => {
      button.disabled = true;
      const answer = await act(asked(button));
      button.disabled = false;
      if (answer) $('command').textContent = answer.commands.join('\n\n');
    });
    const preview = async () => {
      try { $('command').textContent = (await post('/preview', asked(button))).join('\n\n'); } catch (problem) { $('command').textContent = '# ' + problem.message; }
    };
    button.addEventListener('mouseenter', preview);
    button.addEventListener('focus', preview);
  });

  Tour.create({act, state, znodes, note, timeline});
})();
