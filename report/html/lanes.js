/* Time: an axis, a lane for each process, and closer looks. */
const BUCKETS = 300; /* places in a lane; of the marks in one place the gravest is drawn */
const GRAVITY = { ok: 0, fail: 1, ask: 2, would: 3, deny: 4, kill: 5 };

/* The same program has the same colour everywhere: a hue from its name. */
const hues = new Map();
function hue(program) {
  if (!hues.has(program)) {
    let hash = 2166136261;
    for (const c of program) hash = Math.imul(hash ^ c.codePointAt(0), 16777619) >>> 0;
    hues.set(program, (hash % 24) * 15);
  }
  return `oklch(var(--bar-light) var(--bar-chroma) ${hues.get(program)})`;
}

const inView = (ns) => 100 * (ns - tree.view[0]) / (tree.view[1] - tree.view[0]);

function place(node, from, to) {
  const left = Math.max(0, inView(from)), right = Math.min(100, inView(to));
  node.style.left = `${left}%`;
  node.style.width = `${Math.max(0, right - left)}%`;
  return right >= 0 && left <= 100;
}

/* The life of a process, in the colours of the programs it ran one after the other. */
function lifeBar(node) {
  const end = node.end ?? data.duration;
  const bar = element("span", { class: `life${node.bad ? " bad" : ""}${node.end === null ? " open" : ""}` });
  if (!place(bar, node.start, end)) return null;
  const from = Math.max(node.start, tree.view[0]), to = Math.min(end, tree.view[1]), span = to - from;
  const execs = node.execs && node.execs.length ? node.execs : [{ time: node.start, program: node.program }];
  bar.style.background = hue(baseName(execs[0].program));
  for (const exec of span > 0 ? execs.slice(1) : []) {
    const part = element("i");
    const left = 100 * (exec.time - from) / span;
    if (left > 100) continue;
    part.style.left = `${Math.max(0, left)}%`;
    part.style.right = "0";
    part.style.background = hue(baseName(exec.program));
    bar.append(part);
  }
  return bar;
}

function laneMarks(node) {
  const places = new Map();
  for (const mark of marksOf(node)) {
    const at = inView(mark.time);
    if (at < 0 || at > 100) continue;
    const bucket = Math.floor(at * BUCKETS / 100), there = places.get(bucket);
    if (!there || GRAVITY[mark.outcome] > GRAVITY[there.outcome]) places.set(bucket, mark);
  }
  return [...places.values()].map((mark) => {
    const tick = element("span", { class: `mark ${mark.outcome}`, title: `${moment(mark.time)}  ${mark.call} ${mark.text}` });
    tick.style.left = `${inView(mark.time)}%`;
    return tick;
  });
}

/* How long it lived: behind the bar, or before it where there is no room. */
function tookLabel(node) {
  const took = node.group ? node.total : node.end === null ? 0 : node.end - node.start;
  const left = Math.max(0, inView(node.start)), right = Math.min(100, inView(node.end ?? data.duration));
  if (!took || left > 100 || right < 0 || (right > 90 && left < 10)) return null;
  const label = element("span", { class: `took${right > 90 ? " before" : ""}` }, duration(took));
  label.style.left = `${right > 90 ? left : right}%`;
  return label;
}

function lane(node) {
  return element("div", { class: "lane", "aria-hidden": "true" }, lifeBar(node), tookLabel(node), ...laneMarks(node));
}

/* Round steps, some five of them on the axis; the lanes have lines there. */
function scale() {
  const [from, to] = tree.view, raw = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
  rowsNode.style.setProperty("--first", `${inView(Math.ceil(from / step) * step)}%`);
  rowsNode.style.setProperty("--step", `${100 * step / (to - from)}%`);
  const node = element("div", { class: "scale", "aria-hidden": "true" });
  for (let t = Math.ceil(from / step) * step; t < to; t += step) {
    const tick = element("span", {}, to >= 1e9 && step >= 1e7 ? `${+(t / 1e9).toFixed(2)} s` : step >= 1e6 ? `${+(t / 1e6).toFixed(0)} ms` : `${+(t / 1e3).toFixed(1)} µs`);
    tick.style.left = `${inView(t)}%`;
    node.append(tick);
  }
  return node;
}

/* To [from, to], within the run, and no closer than a microsecond. */
function zoomTo(from, to) {
  const end = Math.max(1, data.duration), width = Math.min(end, Math.max(1000, to - from));
  const left = Math.max(0, Math.min(end - width, (from + to - width) / 2));
  tree.view = [left, left + width];
  drawRows();
}

function zoomBy(factor) {
  const node = tree.selected, [from, to] = tree.view;
  let middle = node ? (node.start + (node.end ?? data.duration)) / 2 : (from + to) / 2;
  if (middle < from || middle > to) middle = (from + to) / 2;
  const share = (middle - from) / (to - from), width = (to - from) * factor;
  zoomTo(middle - share * width, middle + (1 - share) * width);
}

function zoomToProcess() {
  const node = tree.selected, end = node ? node.end ?? data.duration : 0;
  if (node) zoomTo(node.start - (end - node.start) * 0.05, end + (end - node.start) * 0.05);
}

/* With a mouse: draw over a lane to look closer. */
function zoomByDrawing(rows) {
  let from = null, box = null, shade = null;
  const at = (event) => Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  rows.addEventListener("pointerdown", (event) => {
    const lane = event.target.closest(".lane");
    if (!lane || event.button || event.pointerType === "touch") return;
    box = lane.getBoundingClientRect();
    from = at(event);
    shade = element("span", { class: "selection" });
    lane.append(shade);
  });
  window.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const to = at(event);
    shade.style.left = `${100 * Math.min(from, to)}%`;
    shade.style.width = `${100 * Math.abs(to - from)}%`;
    event.preventDefault();
  });
  window.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const a = Math.min(from, at(event)), b = Math.max(from, at(event)), [left, right] = tree.view;
    from = null;
    shade.remove();
    if (b - a > 0.01) zoomTo(left + a * (right - left), left + b * (right - left));
  });
}
