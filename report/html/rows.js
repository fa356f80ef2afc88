/* The rows of the tree as they are drawn, and the keys that move in it. */
const rowsNode = element("div", { role: "tree", "aria-label": "Processes", id: "rows" });
const axisNode = element("div", { class: "axis" });
const moreNode = element("button", { type: "button", class: "more" });
let rowNodes = new Map(); /* of the rows on the page, by process */

function nameCell(node) {
  const below = childrenOf(node).length > 0;
  const cell = element("div", { class: "name" },
    element("span", { class: "twist", "aria-hidden": "true" }, below ? (tree.open.has(node) || isSearching() ? "▾" : "▸") : ""),
    element("span", { class: "program" }, baseName(node.program)),
    element("span", { class: "pid" }, node.group ? `× ${count(node.group)}` : node.pid));
  if (node.denied) cell.append(element("span", { class: `bad verdict ${denialClass()}`, title: "denied calls" }, count(node.denied)));
  if (node.bad && node.exit) cell.append(element("span", { class: "bad verdict fail", title: "exit" }, `exit ${node.exit}`));
  cell.append(element("span", { class: "args", title: node.command || "" }, node.command || ""));
  cell.style.paddingLeft = `${0.5 + Math.min(node.depth, 24) * (matchMedia("(max-width: 48rem)").matches ? 0.55 : 0.9)}rem`;
  return cell;
}

function detailRow(name, ...value) {
  return value.filter(Boolean).length ? [element("dt", {}, name), element("dd", {}, ...value)] : [];
}

function detailsOf(node) {
  const end = node.end ?? null;
  const shown = marksOf(node).slice(0, 500);
  const events = element("ul", { class: "events", tabindex: 0, "aria-label": "Calls" }, ...shown.map((mark) =>
    element("li", {}, element("time", {}, moment(mark.time)), verdict(mark.outcome), element("span", {}, mark.call),
      element("code", {}, mark.text), mark.result ? element("span", { class: "count" }, resultText(mark.result)) : null)));
  return element("div", { class: "details" }, element("dl", {},
    ...detailRow("program", element("code", {}, node.program)),
    ...detailRow("command", node.command && element("code", {}, node.command)),
    ...detailRow("ran", `${moment(node.start)} to ${end === null ? "the end of the log" : moment(end)}`, end === null ? "" : `, ${duration(end - node.start)}`),
    ...detailRow("processes", node.group ? `${count(node.group)} taken together, ${duration(node.total)} in all` : ""),
    ...detailRow("exit", node.exit || ""),
    ...detailRow("programs", (node.execs || []).length > 1 && element("code", {}, node.execs.map((exec) => exec.program).join(" → "))),
    ...detailRow("threads", node.threads ? `${count(node.threads)} started` : ""),
    ...detailRow("calls", `${count(node.calls)}, ${count(node.failed)} failed, ${count(node.denied)} denied`)),
  shown.length ? events : null);
}

function rowOf(node) {
  const below = childrenOf(node).length > 0;
  const row = element("div", {
    class: `row${node.group ? " group" : ""}`, role: "treeitem", "aria-level": node.depth + 1,
    "aria-expanded": below ? String(tree.open.has(node) || isSearching()) : null,
    "aria-selected": String(node === tree.selected), tabindex: node === tree.selected ? 0 : -1,
    "aria-label": `${baseName(node.program)} ${node.group ? plural(node.group, "process", "processes") : node.pid}` +
      `${node.denied ? `, ${count(node.denied)} denied` : ""}${node.command ? `, ${node.command}` : ""}`,
  }, nameCell(node), lane(node));
  row.addEventListener("click", (event) => {
    treeSelect(node, false);
    if (event.target.closest(".twist")) treeToggle(node);
    else treeDetails(node);
  });
  rowNodes.set(node, row);
  return tree.details.has(node) ? [row, detailsOf(node)] : [row];
}

/* Draws everything again; returns how many processes the search found. */
function drawRows() {
  const { shown, found } = isSearching() ? treeFound() : { shown: null, found: tree.nodes.length };
  const rows = treeRows(shown), hadFocus = rowsNode.contains(document.activeElement);
  tree.rows = rows.slice(0, tree.limit);
  rowNodes = new Map();
  if (!tree.rows.includes(tree.selected)) tree.selected = tree.rows[0] || null;
  axisNode.replaceChildren(element("span", {}, "Process"), scale());
  rowsNode.replaceChildren(...tree.rows.flatMap(rowOf));
  if (!rows.length) rowsNode.append(element("p", { class: "empty" }, "No process is like this."));
  moreNode.hidden = rows.length <= tree.limit;
  moreNode.textContent = `Show more (${count(rows.length - tree.rows.length)} left)`;
  if (hadFocus) rowNodes.get(tree.selected)?.focus({ preventScroll: true });
  return found;
}

function treeSelect(node, focus) {
  const old = rowNodes.get(tree.selected), now = rowNodes.get(node);
  if (!now) return;
  old?.setAttribute("aria-selected", "false");
  old?.setAttribute("tabindex", "-1");
  tree.selected = node;
  now.setAttribute("aria-selected", "true");
  now.setAttribute("tabindex", "0");
  if (focus) now.focus();
}

function treeToggle(node) {
  if (!childrenOf(node).length) return;
  if (!tree.open.delete(node)) tree.open.add(node);
  drawRows();
}

function treeDetails(node) {
  if (!tree.details.delete(node)) tree.details.add(node);
  drawRows();
}

function step(by) {
  const at = tree.rows.indexOf(tree.selected);
  treeSelect(tree.rows[Math.max(0, Math.min(tree.rows.length - 1, at + by))], true);
}

const treeKeys = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  PageDown: () => step(15),
  PageUp: () => step(-15),
  Home: () => step(-tree.rows.length),
  End: () => step(tree.rows.length),
  Enter: () => treeDetails(tree.selected),
  " ": () => treeDetails(tree.selected),
  ArrowRight: () => (tree.open.has(tree.selected) || !childrenOf(tree.selected).length ? step(1) : treeToggle(tree.selected)),
  ArrowLeft: () => (tree.open.has(tree.selected) ? treeToggle(tree.selected) : tree.selected.up && treeSelect(tree.selected.up, true)),
};

function drawTree() {
  if (!tree.nodes.length) return section("processes", "Processes", null, element("p", { class: "empty" }, "The log has no process."));
  treeBuild();
  const button = (label, name, action) => element("button", { type: "button", "aria-label": name, title: name, onclick: action }, label);
  const tools = element("span", { class: "tools" }, button("+", "Look closer", () => zoomBy(0.5)),
    button("−", "Look from further away", () => zoomBy(2)), button("All", "The whole run", () => zoomTo(0, data.duration)));
  const sign = (outcome, text) => element("span", {}, element("span", { class: `mark ${outcome}` }), text);
  const node = section("processes", "Processes", `${plural(data.totals.processes, "process", "processes")} in ${duration(data.duration)}`,
    element("div", { class: "tree" }, axisNode, rowsNode), moreNode,
    element("p", { class: "legend" }, sign("ok", "connects, binds"), sign("fail", "failed"), sign(denialClass(), denialClass() === "would" ? "would be denied" : "denied"),
      element("span", {}, "a bar is the life of a process, in the colours of its programs; an amber end is a failed exit")));
  node.querySelector("h2").append(tools);
  moreNode.addEventListener("click", () => { tree.limit += 400; drawRows(); });
  rowsNode.addEventListener("keydown", (event) => {
    const action = treeKeys[event.key];
    if (!action || !tree.selected || event.ctrlKey || event.metaKey || event.altKey || !event.target.closest(".row")) return;
    event.preventDefault();
    action();
  });
  zoomByDrawing(rowsNode);
  search.listeners.push(drawRows);
  drawRows();
  return node;
}
