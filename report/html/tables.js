/* Destinations by program, slowest connects, failures, programs, warnings. */
const number = (n, className) => element("td", { class: `num ${n ? className || "" : "zero"}` }, n ? count(n) : "–");

function head(...columns) {
  return element("thead", {}, element("tr", {}, ...columns.map((column) =>
    element("th", { scope: "col", class: column.startsWith("#") ? "num" : column ? "" : "share" }, column.replace("#", "")))));
}

/* A table over a list; make(thing) gives the cells. */
function table(label, columns, list, parts, make) {
  const body = element("tbody");
  const node = element("div", {}, element("div", { class: "table" },
    element("table", { "aria-label": label }, head(...columns), body)));
  searchable(list, parts, 100, (thing) => (thing.is_group ? groupRow(thing, columns.length) : element("tr", {}, ...make(thing))), body);
  /* The button for more belongs under the table, not in it. */
  return node;
}

function groupRow(group, width) {
  return element("tr", { class: "group" }, element("td", { colspan: width - 3 }, element("code", {}, group.program)),
    number(group.count), number(group.failed, "fail"), number(group.denied, denialClass()));
}

/* "= 0" is how a line of text has it. */
const resultText = (result) => result.replace(/^= /, "");

const denialClass = () => (data.session.mode === "audit" ? "would" : "deny");

/* Programs with the most denials first, then the busiest, each followed by where it went. */
function destinationRows() {
  const groups = new Map();
  for (const row of data.destinations) {
    if (!groups.has(row.program)) groups.set(row.program, { is_group: true, program: row.program, count: 0, failed: 0, denied: 0, rows: [] });
    const group = groups.get(row.program);
    group.count += row.count; group.failed += row.failed; group.denied += row.denied;
    group.rows.push(row);
  }
  const order = (a, b) => b.denied - a.denied || b.count - a.count;
  return [...groups.values()].sort(order).flatMap((group) => {
    group.text = [group.program, ...group.rows.map((row) => row.destination)];
    return [group, ...group.rows.sort(order)];
  });
}

function drawDestinations() {
  if (!data.destinations.length)
    return section("destinations", "Destinations", null, element("p", { class: "empty" }, "No program named a destination."));
  return section("destinations", "Destinations", "by program",
    table("Destinations by program", ["Program and destination", "#Calls", "#Failed", "#Denied"], destinationRows(),
      (row) => row.text || [row.program, row.destination, row.kind],
      (row) => [element("td", { class: "sub" }, element("code", {}, row.destination),
        row.kind === "connect" ? null : element("span", { class: "count" }, ` ${row.kind}`)),
        number(row.count), number(row.failed, "fail"), number(row.denied, denialClass())]));
}

function drawSlowest() {
  if (!data.slowest.length) return null;
  const longest = data.slowest[0].duration;
  return section("slowest", "Slowest connects", "how long the call itself took; one that goes on in the background returns at once",
    table("Slowest connects", ["#Took", "", "Destination", "Program", "#At", "Result"], data.slowest,
      (row) => [row.destination, row.program, row.result],
      (row) => {
        const share = element("span", { class: "share" });
        share.style.width = `${Math.max(2, 120 * row.duration / longest)}px`;
        return [element("td", { class: "num" }, duration(row.duration)), element("td", {}, share),
          element("td", {}, element("code", {}, row.destination)),
          element("td", {}, element("code", {}, `${baseName(row.program)}[${row.pid}]`)),
          element("td", { class: "num" }, moment(row.time)), element("td", {}, resultText(row.result))];
      }));
}

function drawFailures() {
  if (!data.failures.length) return null;
  const { searches } = data.totals;
  return section("failures", "What failed", "let through, and returned an error" +
    (searches ? `; ${count(searches)} of them were steps of searches along PATH` : ""),
    table("Failures", ["Call", "Error", "Program", "#Calls"], data.failures, (row) => [row.call, row.program, row.error],
      (row) => [element("td", {}, row.call), element("td", {}, element("code", {}, row.error)),
        element("td", {}, element("code", {}, row.program)), number(row.count, "fail")]));
}

function drawPrograms() {
  if (!data.programs.length) return null;
  return section("programs", "Programs run", null,
    table("Programs run", ["Program", "#Times"], data.programs, (row) => [row.program],
      (row) => [element("td", {}, element("code", {}, row.program)), number(row.count)]));
}

function drawWarnings() {
  if (!data.warnings.length) return null;
  return section("warnings", "Warnings", null,
    table("Warnings", ["#At", "Code", "What callgate said", "#Times"], data.warnings, (row) => [row.code, row.text],
      (row) => [element("td", { class: "num" }, moment(row.first)), element("td", {}, element("code", {}, row.code)),
        element("td", {}, row.text), number(row.count)]));
}
