/*
 * Headless Chromium for the tests, driven over its DevTools protocol on a pipe
 * (--remote-debugging-pipe: messages of JSON ended by NUL on descriptors 3 and 4).
 *
 *   node browser.js FILE [--phone] [--dark] <SCRIPT
 *
 * opens the file and runs the script from the standard input, in which `assert`
 * is node's and `page` has:
 *
 *   await page.run("document.title")     the value of an expression in the page
 *   await page.goto("other.html")
 *   await page.press("/")                a key, as a keyboard gives it
 *   await page.type("text")
 *   await page.screenshot("file.png")
 *   page.said                            what the page wrote to the console, its errors and dialogs
 *
 * The exit status is 1 when the script fails. Pages come from files alone: there is no network.
 */
"use strict";
const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const DEADLINE_MS = 60000; /* for one answer: only a hang takes as long */

const KEYS = { Escape: 27, Enter: 13, ArrowDown: 40, ArrowUp: 38, ArrowLeft: 37, ArrowRight: 39, Home: 36, End: 35, Tab: 9 };

class Browser {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "browser-"));
    this.calls = new Map();
    this.last = 0;
    this.listeners = [];
    this.unread = [];
    /* The sandbox needs privileges that tests may not have; the page is the tests' own file. */
    this.process = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
      "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-dev-shm-usage", "--hide-scrollbars", `--user-data-dir=${this.folder}`, "about:blank"],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], env: { ...process.env, HOME: this.folder } });
    this.process.stdio[4].on("data", (data) => this.take(data));
    this.process.on("exit", () => this.fail(new Error("the browser ended")));
    this.process.on("error", (error) => this.fail(error));
  }

  take(data) {
    this.unread.push(data);
    if (!data.includes(0)) return;
    const parts = Buffer.concat(this.unread).toString("utf8").split("\0");
    this.unread = [Buffer.from(parts.pop(), "utf8")];
    parts.forEach((part) => this.hear(JSON.parse(part)));
  }

  hear(message) {
    const call = this.calls.get(message.id);
    if (!call) {
      this.listeners.forEach((listener) => listener(message));
      return;
    }
    this.calls.delete(message.id);
    clearTimeout(call.timer);
    if (message.error) call.reject(new Error(`${call.method}: ${message.error.message}`));
    else call.resolve(message.result);
  }

  fail(error) {
    this.calls.forEach((call) => call.reject(error));
    this.calls.clear();
  }

  send(method, params, sessionId) {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), DEADLINE_MS);
      this.calls.set(id, { method, resolve, reject, timer });
      this.process.stdio[3].write(JSON.stringify({ id, method, params: params || {}, sessionId }) + "\0");
    });
  }

  async close() {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.send("Browser.close").catch(() => {});
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Page {
  constructor(browser, session) {
    this.browser = browser;
    this.session = session;
    this.said = [];
    browser.listeners.push((message) => {
      if (message.method === "Runtime.exceptionThrown") this.said.push(message.params.exceptionDetails.exception?.description || message.params.exceptionDetails.text);
      if (message.method === "Runtime.consoleAPICalled") this.said.push(message.params.args.map((arg) => arg.value).join(" "));
      if (message.method === "Log.entryAdded") this.said.push(message.params.entry.text);
      if (message.method === "Page.loadEventFired") this.loaded?.();
      if (message.method === "Page.javascriptDialogOpening") {
        this.said.push(`dialog: ${message.params.message}`);
        this.send("Page.handleJavaScriptDialog", { accept: true });
      }
    });
  }

  send(method, params) {
    return this.browser.send(method, params, this.session);
  }

  /* Opens another file, and waits until it has loaded. */
  async goto(file) {
    const loaded = new Promise((resolve) => { this.loaded = resolve; });
    await this.send("Page.navigate", { url: pathToFileURL(path.resolve(file)).href });
    await loaded;
  }

  async run(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description || exceptionDetails.text}`);
    return result.value;
  }

  async press(key) {
    const code = KEYS[key] || key.toUpperCase().charCodeAt(0);
    const text = KEYS[key] ? (key === "Enter" ? "\r" : undefined) : key;
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", key, text, windowsVirtualKeyCode: code });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, windowsVirtualKeyCode: code });
  }

  type(text) {
    return this.send("Input.insertText", { text });
  }

  /* Of what is to be seen; of the whole page when `whole` is set. */
  async screenshot(file, whole) {
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: Boolean(whole) });
    fs.writeFileSync(file, Buffer.from(data, "base64"));
  }

  close() {
    return this.browser.close();
  }
}

async function open(file, options = {}) {
  const browser = new Browser();
  try {
    const { targetId } = await browser.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await browser.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(browser, sessionId);
    for (const domain of ["Page", "Runtime", "Log"]) await page.send(`${domain}.enable`);
    await page.send("Emulation.setDeviceMetricsOverride", { width: options.width || 1280, height: options.height || 900,
      deviceScaleFactor: options.touch ? 2 : 1, mobile: Boolean(options.touch) });
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: options.dark ? "dark" : "light" }] });
    await page.goto(file);
    return page;
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function main() {
  const [file, ...flags] = process.argv.slice(2);
  const phone = { width: 390, height: 844, touch: true };
  const page = await open(file, { ...(flags.includes("--phone") ? phone : {}), dark: flags.includes("--dark") });
  const AsyncFunction = (async () => {}).constructor;
  try {
    await new AsyncFunction("page", "assert", fs.readFileSync(0, "utf8"))(page, assert);
  } finally {
    await page.close();
  }
}

main().catch((error) => {
  console.error(error.stack || error);
  process.exitCode = 1;
});
