// A side's tree, as rows that stay the same element while their znode lives.
'use strict';
const Tree = (() => {
  const MOST_CHILDREN = 14;
  const {el} = Timeline;

  function create(root, side, hue) {
    const rows = new Map();
    let flashed = new Set();

    function children(znodes) {
      const byParent = new Map();
      for (const path of znodes.keys()) {
        const parent = path.slice(0, path.lastIndexOf('/'));
        if (!byParent.has(parent)) byParent.set(parent, []);
        byParent.get(parent).push(path);
      }
      return byParent;
    }

    function lines(znodes) {
      const byParent = children(znodes), lines = [];
      const visit = (path, depth) => {
        if (depth > 0) lines.push({path, depth, znode: znodes.get(path)});
        const below = (byParent.get(path) || []).sort();
        // The newest tasks are what one looks at.
        const shown = below.length > MOST_CHILDREN ? below.slice(-MOST_CHILDREN) : below;
        if (shown.length < below.length) lines.push({path: path + '/…', depth: depth + 1, more: below.length - shown.length});
        shown.forEach(child => visit(child, depth + 1));
      };
      visit('/' + side, 0);
      return lines;
    }

    function fill(row, line) {
      const znode = line.znode, name = line.path.slice(line.path.lastIndexOf('/') + 1);
      row.style.paddingLeft = (line.depth - 1) * 18 + 4 + 'px';
      if (line.more) { row.replaceChildren(el('span', {class: 'd'}, '… ' + line.more.toLocaleString('en') + ' more')); return; }
      const parts = [el('span', {}, (line.depth === 1 ? '/' : '') + name)];
      if (name === 'master-epoch' && line.depth === 1) parts.push(el('span', {class: 'e'}, '  epoch ' + znode.v));
      const data = znode.d.replace(/\s+/g, ' ');
      if (data) parts.push(el('span', {class: 'd'}, '  ' + data));
      if (znode.o) {
        const who = el('span', {class: 'who'}, znode.r ? znode.r.split('/').pop() : znode.o);
        who.style.setProperty('--hue', hue(znode.r || ''));
        who.title = 'ephemeral of session ' + znode.o;
        parts.push(who);
      }
      row.replaceChildren(...parts);
    }

    return {
      changed(path) { flashed.add(path); },
      render(znodes) {
        const wanted = lines(znodes), alive = new Set();
        wanted.forEach((line, i) => {
          let row = rows.get(line.path);
          if (!row) { row = el('li', {}); rows.set(line.path, row); }
          const key = JSON.stringify([line.depth, line.more, line.znode]);
          if (row.dataset.key !== key) { row.dataset.key = key; fill(row, line); }
          if (flashed.has(line.path)) { row.classList.remove('flash'); void row.offsetWidth; row.classList.add('flash'); }
          if (root.children[i] !== row) root.insertBefore(row, root.children[i] || null);
          alive.add(line.path);
        });
        for (const [path, row] of rows) if (!alive.has(path)) { row.remove(); rows.delete(path); }
        flashed = new Set();
      },
    };
  }
  return {create};
})();
