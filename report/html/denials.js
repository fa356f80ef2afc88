/* What was denied, or would have been: first on the page, each with a rule to copy. */
function denialRule(denial) {
  if (!denial.suggestion)
    return element("div", { class: "rule" }, element("p", { class: "none" }, denial.no_suggestion || ""));
  return element("div", { class: "rule" },
    element("pre", { tabindex: 0, "aria-label": "A rule that would allow this" }, denial.suggestion),
    element("button", { type: "button", class: "copy", onclick: () => copy(denial.suggestion + "\n") }, "Copy rule"));
}

function denialCard(denial) {
  const rule = [denial.rule || denial.reason, denial.place ? `(${denial.place})` : ""].filter(Boolean).join(" ");
  const said = element("div", { class: "said" },
    element("h3", {}, verdict(denial.outcome), element("span", {}, denial.call),
      element("span", { class: "mono" }, denial.what),
      denial.count > 1 ? element("span", { class: "count" }, `× ${count(denial.count)}`) : null),
    element("p", { class: "by" }, "by ", element("code", {}, denial.program),
      ` at ${moment(denial.first)}`, denial.error ? ` — ${denial.error}` : "", ` — ${rule}`));
  if (denial.why) said.append(element("p", { class: "why" }, denial.why));
  if (denial.advice) said.append(element("p", { class: "hint" }, element("b", {}, "Hint: "), denial.advice));
  if (denial.stack)
    said.append(element("details", {}, element("summary", {}, "Where in the program"),
      element("pre", { tabindex: 0 }, denial.stack.replace(/^ +/gm, "").trimEnd())));
  return element("article", { class: `denial ${denial.outcome}`, tabindex: -1 }, said, denialRule(denial));
}

function denialParts(denial) {
  return [denial.call, denial.program, denial.what, denial.rule, denial.reason, denial.why, denial.place, denial.stack, WORDS[denial.outcome]];
}

function drawDenials() {
  const denials = data.denials;
  if (!denials.length) {
    const judged = data.session.mode !== "trace";
    return section("denied", "Denied", null, element("p", { class: `empty ${judged ? "good" : ""}` },
      judged ? "Nothing was denied." : "Nothing was denied: this run was traced without a policy."));
  }
  const would = denials.every((denial) => denial.outcome === "would" || denial.outcome === "ask");
  const list = element("div", { id: "denials" });
  const node = section("denied", would ? "Would be denied" : "Denied",
    `${plural(data.totals.denied, "call")}; the rules here allow no more than what was asked for`, element("div", {}, list));
  const rules = [...new Set(denials.map((denial) => denial.suggestion).filter(Boolean))];
  if (rules.length > 1)
    node.querySelector("h2").append(element("span", { class: "tools" },
      element("button", { type: "button", onclick: () => copy(rules.join("\n") + "\n") }, `Copy all ${count(rules.length)} rules`)));
  searchable(denials, denialParts, 50, denialCard, list);
  return node;
}

/* n and p go from one denial to the next; c copies the rule of the one we are at. */
function denialStep(step) {
  const cards = [...document.querySelectorAll(".denial")];
  if (!cards.length) return;
  const at = cards.indexOf(document.activeElement?.closest?.(".denial"));
  const next = at < 0 ? (step > 0 ? 0 : cards.length - 1) : Math.max(0, Math.min(cards.length - 1, at + step));
  cards[next].focus();
}

function denialCopy() {
  const card = document.activeElement?.closest?.(".denial") || document.querySelector(".denial");
  card?.querySelector("button.copy")?.click();
}
