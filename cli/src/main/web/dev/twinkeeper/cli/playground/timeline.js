// The timeline: a lane for each participant, drawn on a canvas, with a list of the same marks for who can't see it.
'use strict';
const Timeline = (() => {
  const LANE = 17, TOP = 20, MOST = 20000, LISTED = 60;
  const SPANS = [[30000, '30 s'], [60000, '1 min'], [300000, '5 min'], [1200000, '20 min']];

  const el = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const seconds = ms => (ms / 1000).toFixed(1) + ' s';

  function create(root, options) {
    const live = options.live;
    const state = {events: [], wires: [], episodes: [], lanes: [], now: 0, at: performance.now(), end: null, span: 60000, hover: null};
    const stop = el('button', {type: 'button', id: 'tl-stop', 'aria-pressed': 'false'}, 'Stop');
    const scrub = el('input', {type: 'range', id: 'tl-scrub', min: '0', max: '1000', value: '1000', 'aria-label': 'Time that the timeline ends at'});
    const span = el('select', {id: 'tl-span', 'aria-label': 'How much of it'}, ...SPANS.map(([ms, text]) => el('option', {value: ms}, text)));
    span.value = '60000';
    const clock = el('label', {for: 'tl-scrub'}, '');
    const canvas = el('canvas', {role: 'img', 'aria-label': 'Timeline; the list below says the same'});
    const tip = el('div', {class: 'tl-tip', hidden: ''});
    const list = el('ul', {class: 'tl-list', tabindex: '0', 'aria-label': 'Events, the newest first'});
    const bar = el('div', {class: 'tl-bar'}, el('h2', {}, 'Timeline'), clock, scrub, span);
    if (live) bar.append(stop);
    root.append(bar, el('div', {class: 'tl-body'}, canvas, tip), list);
    const pen = canvas.getContext('2d');
    let listed = '', queued = false;

    const now = () => live ? state.now + (performance.now() - state.at) : state.now;
    const end = () => state.end === null ? now() : state.end;

    function resume() { state.end = null; scrub.value = '1000'; stop.textContent = 'Stop'; stop.setAttribute('aria-pressed', 'false'); queue(); }
    stop.addEventListener('click', () => {
      if (state.end !== null) { resume(); return; }
      state.end = now(); stop.textContent = 'Go on'; stop.setAttribute('aria-pressed', 'true'); queue();
    });
    scrub.addEventListener('input', () => {
      const first = state.events.length ? state.events[0].t : 0;
      if (scrub.value === '1000' && live) { resume(); return; }
      state.end = first + (now() - first) * scrub.value / 1000;
      stop.textContent = 'Go on'; stop.setAttribute('aria-pressed', 'true');
      queue();
    });
    span.addEventListener('change', () => { state.span = Number(span.value); queue(); });
    canvas.addEventListener('mousemove', event => { state.hover = [event.offsetX, event.offsetY]; queue(); });
    canvas.addEventListener('mouseleave', () => { state.hover = null; queue(); });

    function lane(participant) {
      const known = state.lanes.indexOf(participant);
      if (known >= 0) return known;
      state.lanes.push(participant);
      state.lanes.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
      return state.lanes.indexOf(participant);
    }
    function rank(name) { return name.startsWith('raw/') ? 0 : name.startsWith('curator/') ? 1 : name === 'operator' ? 2 : 3; }

    function queue() { if (!queued) { queued = true; requestAnimationFrame(() => { queued = false; draw(); }); } }

    function draw() {
      const style = getComputedStyle(document.documentElement), colour = name => style.getPropertyValue('--' + name).trim();
      const width = canvas.clientWidth || 800, height = TOP + state.lanes.length * LANE + 4, scale = devicePixelRatio || 1;
      if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
        canvas.width = Math.round(width * scale); canvas.height = Math.round(height * scale); canvas.style.height = height + 'px';
      }
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.clearRect(0, 0, width, height);
      const left = width < 600 ? 84 : 122, to = end(), from = to - state.span, x = t => left + (t - from) / state.span * (width - left - 8);
      pen.font = '11px ui-monospace, monospace'; pen.textBaseline = 'middle';
      let free = left;
      for (const episode of state.episodes) {
        const times = episode.sides.flatMap(side => side.reached.map(one => one.ms));
        const last = episode.sides.every(side => side.over) ? Math.max(120, ...times) : Math.max(0, to - episode.t);
        const a = Math.max(left, x(episode.t)), b = Math.min(width - 8, x(episode.t + last));
        if (b <= left || a >= width) continue;
        pen.globalAlpha = .10; pen.fillStyle = colour('bad'); pen.fillRect(a, TOP, Math.max(2, b - a), height - TOP);
        pen.globalAlpha = 1; pen.fillRect(a, TOP, 1.5, height - TOP);
        if (a >= free) { pen.fillText(episode.title.slice(0, 34), a + 3, 11); free = a + 12 + pen.measureText(episode.title.slice(0, 34)).width; }
      }
      state.lanes.forEach((name, i) => {
        const y = TOP + i * LANE + LANE / 2, own = name.startsWith('raw/') ? 'raw' : name.startsWith('curator/') ? 'curator' : 'faint';
        pen.strokeStyle = colour('line'); pen.lineWidth = 1; pen.beginPath(); pen.moveTo(left, y + .5); pen.lineTo(width - 8, y + .5); pen.stroke();
        pen.fillStyle = colour(own);
        pen.fillText(width < 600 ? name.replace('curator/', 'c/').replace('raw/', 'r/') : name, 2, y);
      });
      for (const wire of state.wires) {
        if (wire.t < from || wire.t > to) continue;
        const i = state.lanes.indexOf(wire.p);
        if (i < 0) continue;
        const tall = Math.min(LANE - 4, 2 + Math.log2(1 + wire.n) * 1.6);
        pen.globalAlpha = .32; pen.fillStyle = colour(wire.p.startsWith('raw/') ? 'raw' : 'curator');
        pen.fillRect(x(wire.t) - 1, TOP + i * LANE + LANE / 2 - tall / 2, 2, tall);
      }
      pen.globalAlpha = 1;
      let nearest = null, best = 100;
      for (const event of state.events) {
        if (event.t < from || event.t > to) continue;
        const px = x(event.t), py = TOP + lane(event.p) * LANE + LANE / 2;
        pen.fillStyle = event.c === 'plain' || event.c === 'faint' ? colour('faint') : colour(event.c);
        pen.beginPath();
        if (event.k === 'Elected') { pen.moveTo(px, py - 6); pen.lineTo(px + 5.5, py + 4); pen.lineTo(px - 5.5, py + 4); }
        else if (event.k === 'Fault' || event.k === 'Process') pen.rect(px - 3.5, py - 3.5, 7, 7);
        else pen.arc(px, py, event.n ? Math.min(6.5, 3 + Math.log10(event.n) * 1.5) : event.c === 'plain' || event.c === 'faint' ? 2.2 : 3.4, 0, 7);
        pen.fill();
        if (state.hover) {
          const distance = (px - state.hover[0]) ** 2 + (py - state.hover[1]) ** 2;
          if (distance < best) { best = distance; nearest = [event, px, py]; }
        }
      }
      tip.hidden = !nearest;
      if (nearest) {
        tip.textContent = seconds(nearest[0].t) + '  ' + nearest[0].p + ': ' + nearest[0].x;
        tip.style.left = Math.min(nearest[1] + 8, width - 220) + 'px'; tip.style.top = nearest[2] + 10 + 'px';
      }
      clock.textContent = (state.end === null && live ? 'live, ' : 'until ') + seconds(to);
      showList(to);
    }

    function showList(to) {
      const shown = [];
      for (let i = state.events.length - 1; i >= 0 && shown.length < LISTED; i--) if (state.events[i].t <= to) shown.push(state.events[i]);
      const key = shown.length + ':' + (shown.length ? shown[0].t + shown[0].p + shown[0].k : '');
      if (key === listed || (live && state.end === null && list.matches(':hover'))) return;
      listed = key;
      list.replaceChildren(...shown.map(event => el('li', {}, el('time', {}, seconds(event.t)), el('span', {}, event.p), el('span', {class: 'c-' + event.c}, event.x))));
    }

    const api = {
      clear() { state.events = []; state.wires = []; },
      time(t) { state.now = t; state.at = performance.now(); },
      lanes(names) { names.forEach(lane); queue(); },
      events(more) { more.forEach(event => lane(event.p)); state.events.push(...more); if (state.events.length > MOST) state.events.splice(0, state.events.length - MOST); queue(); },
      wires(t, counts) { for (const [p, [requests, notifications]] of Object.entries(counts)) state.wires.push({t, p, n: requests + notifications}); if (state.wires.length > MOST) state.wires.splice(0, state.wires.length - MOST); },
      episodes(all) { state.episodes = all; queue(); },
      span(ms) { state.span = ms; span.value = String(ms); queue(); },
    };
    addEventListener('resize', queue);
    // Ten frames a second are smooth enough for marks that move some pixels; a hidden page draws none.
    if (live) setInterval(() => { if (state.end === null && !document.hidden) queue(); }, 250);
    return api;
  }
  return {create, el, seconds};
})();
