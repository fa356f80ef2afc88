"use strict";
/*
 * What the rest shares. Everything in `data` was chosen by the programs that ran: it is put on
 * the page as text only, by element(), and never as markup.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const DENIALS = ["deny", "kill", "would", "ask"];
const WORDS = { ok: "ok", fail: "failed", deny: "DENY", kill: "KILL", would: "WOULD", ask: "ASK" };

/* element("td", {class: "num", title: "..."}, "text", child, ...) */
function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const byId = (id) => document.getElementById(id);
const baseName = (path) => path.slice(path.lastIndexOf("/") + 1) || path;
const count = (n) => n.toLocaleString("en");
const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many || one + "s"}`;
const isDenial = (outcome) => DENIALS.includes(outcome);

/* Nanoseconds as people say them: "0.4 ms", "12 ms", "1.52 s", "3 min 20 s". */
function duration(ns) {
  if (ns < 1e6) return `${(ns / 1e6).toPrecision(2)} ms`;
  if (ns < 1e9) return `${ns < 1e7 ? (ns / 1e6).toFixed(1) : Math.round(ns / 1e6)} ms`;
  if (ns < 6e10) return `${(ns / 1e9).toFixed(2)} s`;
  const seconds = Math.round(ns / 1e9);
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/* A moment of the run, as in the text output: seconds with three decimals. */
const moment = (ns) => `${(ns / 1e9).toFixed(3)} s`;

const verdict = (outcome) => element("span", { class: `verdict ${outcome}` }, WORDS[outcome]);

function toast(text) {
  document.querySelector(".toast")?.remove();
  const node = element("div", { class: "toast", role: "status" }, text);
  document.body.append(node);
  setTimeout(() => node.remove(), 1800);
}

/* The clipboard, and the old way where a page from a file may not have it. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast("Copied");
}

/* A section of the page, if there is something to show in it. */
function section(id, title, note, ...content) {
  const heading = element("h2", { id: `${id}-title` }, title, note ? element("small", {}, note) : null);
  return element("section", { id, "aria-labelledby": `${id}-title` }, heading, ...content);
}

/* The first rows of a long list, and a button for as many more: pages open at once. */
function inPortions(list, portion, make, into) {
  let shown = 0;
  const more = element("button", { type: "button", class: "more" });
  const show = () => {
    into.append(...list.slice(shown, shown + portion).map(make));
    shown = Math.min(list.length, shown + portion);
    more.textContent = `Show more (${count(list.length - shown)} left)`;
    more.hidden = shown >= list.length;
  };
  more.addEventListener("click", show);
  show();
  return more;
}
