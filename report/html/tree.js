/* The process tree: which rows there are, and which of them are to be seen. */
const tree = {
  nodes: data.processes, children: new Map(), open: new Set(), details: new Set(),
  selected: null, limit: 400, view: [0, 1], marks: new Map(),
};

function treeBuild() {
  const byNumber = new Map(tree.nodes.map((node) => [node.id, node]));
  for (const node of tree.nodes) {
    node.up = byNumber.get(node.parent) || null;
    const siblings = node.up ? node.up.id : -1;
    if (!tree.children.has(siblings)) tree.children.set(siblings, []);
    tree.children.get(siblings).push(node);
    node.depth = node.up ? node.up.depth + 1 : 0;
  }
  for (const mark of data.marks) {
    if (!tree.marks.has(mark.process)) tree.marks.set(mark.process, []);
    tree.marks.get(mark.process).push(mark);
  }
  tree.selected = tree.nodes[0] || null;
  tree.view = [0, Math.max(1, data.duration)];
  treeOpenSome();
}

const childrenOf = (node) => tree.children.get(node ? node.id : -1) || [];
const marksOf = (node) => tree.marks.get(node.id) || [];

/* A page's worth of rows, level by level, and whatever leads to a denial. */
function treeOpenSome() {
  let level = childrenOf(null), rows = level.length;
  while (level.length && rows < 250) {
    const next = [];
    for (const node of level) {
      const below = childrenOf(node);
      if (!below.length || rows + below.length > 400) continue;
      tree.open.add(node);
      rows += below.length;
      next.push(...below);
    }
    level = next;
  }
  for (const node of tree.nodes)
    if (node.denied)
      for (let up = node.up; up && !tree.open.has(up); up = up.up) tree.open.add(up);
}

function treeParts(node) {
  return [node.program, node.command, String(node.pid), node.exit, ...(node.execs || []).map((exec) => exec.program),
    ...marksOf(node).map((mark) => `${mark.call} ${mark.text}`)];
}

/* When searching: what was found, and what it hangs from. */
function treeFound() {
  const shown = new Set();
  let found = 0;
  for (const node of tree.nodes) {
    node.isFound = isFound(node, () => treeParts(node));
    if (!node.isFound) continue;
    found++;
    for (let at = node; at && !shown.has(at); at = at.up) shown.add(at);
  }
  return { shown, found };
}

/* Rows to be seen, in order; without recursion, for trees may be deep. */
function treeRows(shown) {
  const rows = [], stack = [...childrenOf(null)].reverse();
  while (stack.length) {
    const node = stack.pop();
    if (shown && !shown.has(node)) continue;
    rows.push(node);
    if (shown || tree.open.has(node)) stack.push(...[...childrenOf(node)].reverse());
  }
  return rows;
}
