// The unsaved form, tried as one types: what is to be said of each row, and how it would take the chosen ticket.
// The server reads the form and writes nothing (app/rules/check_doors.py, macro_doors.py).

import { combo } from "./combo.js";
import { form, typedIn } from "./controls.js";
import { showRaw } from "./raw.js";
import { showBodies, showPlaceholders } from "./placeholders.js";
import { partOf, rowsOf } from "./rows.js";
import { ask, korean, later, make, say } from "./page.js";

const WAIT = 350; // ms after the last key
const LEVELS = {
  error: say("고칠 것", "To mend"),
  warning: say("살펴볼 것", "To look at"),
  note: say("알아 둘 것", "Good to know"),
};
const panel = document.querySelector("[data-trial]");
const kept = `opsroom:ticket:${form.dataset.subject}`;
let ticket = { number: "", label: "" };
let running = null;
let isBlank = form.dataset.subject?.endsWith(":new") && !form.hasAttribute("data-changed"); // nothing to find fault with yet
let last = null; // the newest answer, by the row it is about

// ---------------------------------------------------------------------------------------------------- beside the rows
function mark(row, told) {
  const box = row.querySelector(".row-told");
  const wrong = told.findings.filter((one) => one.level === "error");
  const busy = wrong.length > 0 && row.dataset.typed === "1"; // not while somebody is still at it
  row.classList.toggle("wrong", wrong.length > 0 && !busy);
  for (const old of row.querySelectorAll(".problem")) old.remove();
  const lines = [];
  if (told.met !== undefined) {
    const seen = told.note || `${say("본 값", "Seen")}: ${told.seen || say("(없음)", "(none)")}`;
    const sign = make("b", { "aria-hidden": "true" }, told.met ? "✓" : "✕");
    const words = make("span", { class: "unseen" }, told.met ? say("맞음", "Met") : say("맞지 않음", "Not met"));
    lines.push(make("p", { class: told.met ? "met" : "unmet", "data-met": told.met ? "yes" : "no" }, sign, words, ` ${seen}`));
  }
  if (!busy) for (const one of told.findings) lines.push(make("p", { class: one.level }, one.words));
  box.replaceChildren(...lines);
  box.hidden = lines.length === 0;
}

// Lines come and go only while no button is held: what one is about to press must not move away under the pointer.
let held = false;
const markRows = () => !held && last?.forEach((told, row) => row.isConnected && mark(row, told));

function followPointer() {
  addEventListener("pointerdown", () => (held = true), true);
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => setTimeout(() => ((held = false), markRows())), true);
  }
}

// --------------------------------------------------------------------------------------------------------- the checks
function finding(one, row) {
  const words = make("span", {}, one.words);
  const sign = make("span", { class: `sign ${one.level}`, title: LEVELS[one.level] }, one.level === "note" ? "i" : "!");
  const item = make("li", { class: one.level, "data-code": one.code }, sign, make("span", { class: "unseen" }, LEVELS[one.level]), words);
  if (row) {
    const go = make("button", { type: "button" }, say("보기", "Go"));
    go.addEventListener("click", () => {
      row.scrollIntoView({ block: "center" });
      typedIn(partOf(row, "field")).focus();
    });
    item.append(go);
  }
  return item;
}

function showFindings(told, asked) {
  if (isBlank) {
    const words = say("쓰는 대로 점검해 드립니다.", "Checked as you write.");
    return void panel.querySelector("[data-findings]").replaceChildren(make("li", { class: "sub blank" }, words));
  }
  const items = (told.faults.length ? told.faults : told.loose).map((one) => finding(one, null)); // JSON's faults are all of them
  for (const [group, some] of Object.entries(told.rows)) {
    some.forEach((each, at) => each.findings.forEach((one) => items.push(finding(one, asked[group][at]))));
  }
  if (!items.length) items.push(make("li", { class: "fine" }, make("span", { class: "sign fine" }, "✓"), make("span", {}, say("걸리는 것이 없습니다.", "Nothing to mend."))));
  panel.querySelector("[data-findings]").replaceChildren(...items);
}

// --------------------------------------------------------------------------------------------------------- the ticket
function planned(one) {
  const item = make("li", { class: one.done ? "" : "undone" }, make("b", {}, one.label));
  if (one.value) item.append(" ", make("span", { class: "what" }, one.value));
  if (one.note) item.append(make("p", { class: "sub" }, one.note));
  const texts = (korean ? ["ko", "en"] : ["en", "ko"]).filter((tongue) => tongue in one.texts).map((tongue) => [tongue, one.texts[tongue]]);
  const same = texts.length > 1 && texts.every(([, text]) => text === texts[0][1]);
  for (const [language, text] of same ? texts.slice(0, 1) : texts) {
    const tongue = same ? "" : { ko: "한국어", en: "English" }[language];
    item.append(make("blockquote", { lang: language }, ...(tongue ? [make("cite", {}, tongue)] : []), text || say("(빈 글)", "(empty)")));
  }
  return item;
}

function verdict(on) {
  if (on.met === undefined) return [];
  const chip = on.met
    ? make("span", { class: "chip good", "data-state": "fired" }, say("실행됩니다", "It would run"))
    : make("span", { class: "chip", "data-state": "blocked" }, say("실행되지 않습니다", "It would not run"));
  const lines = [make("p", {}, chip)];
  if (on.skipped) {
    lines.push(make("p", { class: "sub" }, say(`덜 쓴 조건 ${on.skipped}개는 빼고 보았습니다.`, `${on.skipped} unfinished conditions were left out.`)));
  }
  return lines;
}

function showTicket(on) {
  const box = panel.querySelector("[data-trial-told]");
  if (on.missing) return void box.replaceChildren(make("p", { class: "sub" }, say("그 번호의 티켓이 여기에 없습니다.", "There is no ticket of that number here.")));
  const heading = on.met === false ? say("맞는다면 할 일", "What it would do if it were met") : say("할 일", "What it would do");
  const plan = on.plan.length ? make("ul", { class: "plan" }, ...on.plan.map(planned)) : make("p", { class: "sub" }, on.met === undefined ? say("답변만 합니다.", "It only answers.") : say("할 일이 없습니다.", "It would do nothing."));
  box.replaceChildren(...verdict(on), make("h3", {}, heading), plan);
}

function choose(number, label) {
  ticket = { number, label };
  sessionStorage.setItem(kept, JSON.stringify(ticket));
  check();
}

function startTicket() {
  panel.querySelector("[data-at-first]")?.addEventListener("change", check);
  ticket = JSON.parse(sessionStorage.getItem(kept) ?? "null") ?? ticket;
  combo(panel.querySelector("[data-ticket]"), {
    wait: 200,
    shown: () => ticket.label,
    options: async (query) => (await ask(form.dataset.tickets, { q: query }))?.found ?? [],
    typed: (query, some) =>
      /^#?[0-9]{1,18}$/.test(query) && !some.length ? { value: query.replace("#", ""), label: `#${query.replace("#", "")}` } : null,
    choose: (option) => choose(option.value, option.label),
  });
}

// ----------------------------------------------------------------------------------------------------------- the asking
async function check() {
  running?.abort();
  const mine = (running = new AbortController());
  const body = new FormData(form);
  body.delete("press");
  body.set("ticket", ticket.number);
  body.set("at", panel.querySelector("[data-at-first]")?.checked ? "first" : "");
  const asked = Object.fromEntries(["all", "any", "actions"].map((group) => [group, rowsOf(group)])); // others may be there when the answer comes
  const told = await ask(form.dataset.check, {}, { method: "POST", body, signal: mine.signal });
  if (mine.signal.aborted) return;
  panel.toggleAttribute("data-away", told === null);
  if (told === null) return void panel.querySelector("[data-findings]").replaceChildren(make("li", { class: "sub" }, say("서버가 답하지 않아 점검하지 못했습니다.", "The server did not answer, so nothing was checked.")));
  last = new Map(Object.entries(told.rows).flatMap(([group, some]) => some.map((one, at) => [asked[group][at], one])));
  markRows();
  showFindings(told, asked);
  showRaw(told.faults);
  showBodies(told);
  showPlaceholders(told.placeholders);
  if (told.on) showTicket(told.on);
}

export function startCheck() {
  if (!panel || !form.dataset.check) return;
  panel.hidden = false;
  startTicket();
  followPointer();
  const soon = later(check, WAIT);
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, (event) => {
      const row = event.target.closest(".rule-row");
      if (row) row.dataset.typed = "1";
      isBlank = false;
      soon();
    });
  }
  form.addEventListener("focusout", (event) => {
    const row = event.target.closest(".rule-row");
    if (!row || row.contains(event.relatedTarget)) return;
    delete row.dataset.typed;
    markRows();
  });
  check();
}
