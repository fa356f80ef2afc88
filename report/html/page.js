/* The page: its head, its sections, and the keys that work everywhere. */
function drawHead() {
  const { session, totals } = data;
  document.title = `${session.command || data.log} – callgate`;
  byId("command").textContent = session.command || data.log;
  byId("mode").textContent = session.mode;
  const meta = [session.time, `took ${duration(data.duration)}`, session.cwd && `in ${session.cwd}`,
    session.policies && `policy ${session.policies}`, session.known && `uid ${session.uid}`];
  byId("meta").append(...meta.filter(Boolean).map((text) => element("span", {}, text)));
  byId("notes").append(...data.notes.map((note) => element("li", {}, note)));
  const would = session.mode === "audit";
  const stats = [[would ? "would be denied" : "denied", totals.denied, totals.denied ? (would ? "would" : "deny") : session.mode === "trace" ? "" : "ok"],
    ["failed", totals.failed, totals.failed ? "fail" : ""], ["processes", totals.processes], ["at once", totals.peak_processes],
    ["programs", data.programs.length], ["destinations", new Set(data.destinations.map((row) => row.destination)).size], ["calls", totals.calls]];
  byId("stats").append(...stats.map(([name, n, className]) => element("div", { class: className || "" }, element("dt", {}, name), element("dd", {}, count(n)))));
  byId("made").textContent = `Made by callgate ${data.made_by} from ${data.log}: ${plural(data.events, "event")}` +
    (session.callgate ? `, logged by callgate ${session.callgate} (${session.backend}) on Linux ${session.kernel}.` : ".");
}

function drawSections() {
  const sections = [["Denied", drawDenials(), data.denials.length, denialClass()], ["Processes", drawTree(), data.totals.processes],
    ["Destinations", drawDestinations(), data.destinations.length], ["Slowest", drawSlowest()], ["Failures", drawFailures(), data.failures.length],
    ["Programs", drawPrograms(), data.programs.length], ["Warnings", drawWarnings(), data.warnings.length]].filter(([, node]) => node);
  byId("main").append(...sections.map(([, node]) => node));
  byId("nav").append(...sections.map(([name, node, n, className]) =>
    element("a", { href: `#${node.id}`, class: n ? className || "" : "" }, name, n ? element("b", {}, ` ${count(n)}`) : null)));
  return sections.map(([, node]) => node);
}

function isTyping(target) {
  return target.closest("input, textarea, dialog") !== null;
}

/* Where the keys go on from: a row of the tree, a denial, before any button beside them. */
const sectionStart = (section) => section.querySelector("[role=treeitem][tabindex='0'], .denial") ||
  section.querySelector("[tabindex='0'], button, a") || section;

const pageKeys = {
  "/": () => byId("search").focus(),
  "?": () => byId("help").showModal(),
  n: () => denialStep(1),
  p: () => denialStep(-1),
  c: denialCopy,
  z: zoomToProcess,
  "+": () => zoomBy(0.5),
  "-": () => zoomBy(2),
  0: () => zoomTo(0, data.duration),
};

function listen(sections) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && event.target === byId("search")) {
      byId("search").value = "";
      searchFor("");
      byId("search").blur();
    }
    if (isTyping(event.target)) return;
    const section = sections[Number(event.key) - 1];
    if (section) {
      section.scrollIntoView();
      sectionStart(section).focus({ preventScroll: true });
    } else if (pageKeys[event.key]) {
      pageKeys[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  });
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
}

drawHead();
listen(drawSections());
