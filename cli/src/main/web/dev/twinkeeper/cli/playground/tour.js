// Eight steps: each says what will happen, does it on both sides, and says what came of it in figures of this run.
'use strict';
const Tour = (() => {
  const $ = id => document.getElementById(id);
  const BOUND_MS = 60000;

  function create(page) {
    const {act, state, znodes} = page;

    /** Waits for messages until the test gives something; null where the time is up. */
    function until(test) {
      return new Promise(resolve => {
        const look = () => { const found = test(); if (found) end(found); };
        const end = found => { document.removeEventListener('taken', look); clearTimeout(bound); resolve(found); };
        const bound = setTimeout(() => end(null), BOUND_MS);
        document.addEventListener('taken', look);
        look();
      });
    }
    async function episode(body) {
      const answer = await act({side: 'both', target: '', count: 1, ...body});
      if (!answer) return null;
      return until(() => state.episodes.find(one => one.id === answer.episode && one.sides.length && one.sides.every(side => side.over)));
    }
    const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
    const ms = n => n < 1000 ? n + ' ms' : (n / 1000).toFixed(2) + ' s';
    function times(one, label) {
      if (!one) return 'It could not be done just now; see the notes.';
      return one.sides.map(side => {
        const reached = side.reached.find(each => each.label.includes(label));
        return (side.side === 'raw' ? 'raw' : 'Curator') + ': ' + (reached ? reached.label + ' after ' + ms(reached.ms) : label + ' did not come') + ', ' + side.requests + ' requests, ' + side.notifications + ' notifications';
      }).join('\n');
    }
    const count = (side, parent) => [...znodes[side].keys()].filter(path => path.startsWith('/' + side + '/' + parent + '/')).length;

    const steps = [
      ['Three terminals', 'The book begins with a master, a worker and a client, each in a terminal. Here are both clusters at once: the same tree, spoken by two implementations. Ten tasks go to each; watch /tasks, /assign and the slots of the workers.',
        async () => times(await episode({action: 'submit', count: 10}), 'learnt')],
      ['First failover', 'The reigning master is killed. Its ephemeral /master stays until the servers give its session up: 4 seconds. Then the other one claims, the epoch grows by one, and a task that waited is assigned.',
        async () => { const one = await episode({action: 'kill', target: 'reigning'}); await act({action: 'start', target: '', side: 'both', count: 1}); return times(one, 'reign begins'); }],
      ['The zombie', 'The reigning master is paused: to itself no time goes by. Another reigns. Then it wakes and still believes that it reigns, until its first write meets the fence: the version of /master and the epoch.',
        async () => { const one = await episode({action: 'pause', target: 'reigning'}); await act({action: 'resume', target: '', side: 'both', count: 1}); await pause(1500); return times(one, 'reign begins') + '\nThe woken one was deposed and stands by.'; }],
      ['A lost answer', 'The client submits a task; the servers create it; the answer is dropped and the connection with it. Was it created? Only a read behind a read barrier tells. There is one task, and not two.',
        async () => times(await episode({action: 'lose-answer', target: 'client'}), 'resolved')],
      ['The quorum is lost', 'Two of three servers are killed. Nothing is served, and nobody may act: every role is disconnected and its session clock runs. Then they come back, and all goes on by itself.',
        async () => { await act({action: 'lose-quorum', target: '', side: 'both', count: 1}); await pause(3500); return times(await episode({action: 'restore-quorum'}), 'assigned'); }],
      ['A watch fires once', 'A one-shot watch is set and the znode is changed twice. One notification comes; of the second change nobody hears who does not read again. Raw sets its watches again by hand; Curator has recipes for it.',
        async () => { await act({action: 'watch-once', target: '', side: 'both', count: 1}); await until(() => state.notes.some(text => text.includes('one watch'))); await pause(300); return state.notes.filter(text => text.includes('one watch')).slice(-2).join('\n'); }],
      ['/assign/w1 is missing', 'An operator deletes the parent of w1’s assignments. The master makes it again, or the worker does; the next task finds its way all the same.',
        async () => times(await episode({action: 'remove-assign', target: 'w1'}), 'learnt')],
      ['Raw against Curator', 'The same fault once more: the reigning master is closed in good order. No session has to end, so the next reign begins at once. Compare the times, the requests, and behind “The code that ran” the lines.',
        async () => { const one = await episode({action: 'close', target: 'reigning'}); await act({action: 'start', target: '', side: 'both', count: 1}); return times(one, 'reign begins'); }],
    ];
    let at = 0;

    function show() {
      const [title, text] = steps[at];
      $('tour-step').textContent = 'Step ' + (at + 1) + ' of ' + steps.length;
      $('tour-title').textContent = title; $('tour-text').textContent = text; $('tour-result').textContent = '';
      $('tour-back').disabled = at === 0; $('tour-next').textContent = at === steps.length - 1 ? 'End' : 'Next';
      $('tour').dataset.step = at + 1; $('tour').dataset.state = 'told';
      $('tour-title').focus();
    }
    $('tour-open').addEventListener('click', () => { $('tour').hidden = false; at = 0; show(); });
    $('tour-close').addEventListener('click', () => { $('tour').hidden = true; $('tour-open').focus(); });
    $('tour-back').addEventListener('click', () => { at--; show(); });
    $('tour-next').addEventListener('click', () => { if (at === steps.length - 1) { $('tour').hidden = true; $('tour-open').focus(); } else { at++; show(); } });
    $('tour-do').addEventListener('click', async () => {
      const step = at;
      $('tour-do').disabled = true; $('tour').dataset.state = 'doing'; $('tour-result').textContent = 'Under way…';
      const result = await steps[step][2]();
      $('tour-do').disabled = false;
      if (step === at) { $('tour-result').textContent = result; $('tour').dataset.state = 'done'; }
    });
  }
  return {create};
})();
