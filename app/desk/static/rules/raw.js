// A rule as JSON: numbered lines, and each fault beside its own.

import { make, say } from "./page.js";

const box = document.querySelector("[data-raw]");
const text = box?.querySelector("textarea");
const gutter = box?.querySelector("[data-gutter]");
let faults = [];

function number() {
  const lines = text.value.split("\n").length;
  const worst = new Map();
  for (const one of [...faults].reverse()) if (one.level !== "note") worst.set(one.line, one.level);
  gutter.replaceChildren(...Array.from({ length: lines }, (_, at) => make("li", { class: worst.get(at + 1) ?? "" }, String(at + 1))));
  gutter.scrollTop = text.scrollTop;
}

function toLine(line) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  text.scrollTop = Math.max((line - 5) * (text.scrollHeight / lines.length), 0);
}

export function showRaw(some) {
  if (!box) return;
  faults = some;
  text.setAttribute("aria-invalid", String(some.some((one) => one.level === "error")));
  box.querySelector("[data-raw-faults]").replaceChildren(
    ...some.map((one) =>
      make(
        "li",
        { class: one.level, "data-line": one.line },
        make("button", { type: "button", "data-to-line": one.line }, say(`${one.line}번째 줄`, `Line ${one.line}`)),
        " ",
        ...(one.path ? [make("code", {}, one.path), " "] : []),
        make("span", {}, one.words),
      ),
    ),
  );
  number();
}

export function startRaw() {
  if (!box) return;
  text.addEventListener("input", number);
  text.addEventListener("scroll", () => (gutter.scrollTop = text.scrollTop));
  box.addEventListener("click", (event) => {
    const line = event.target.closest("[data-to-line]")?.dataset.toLine;
    if (line) toLine(Number(line));
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.altKey || text.dataset.leave) return;
    event.preventDefault();
    text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // Escape, then Tab leaves the text: nobody is held in it by the keyboard.
  text.addEventListener("keyup", (event) => {
    if (event.key === "Escape") text.dataset.leave = "1";
    else if (event.key !== "Tab") delete text.dataset.leave;
  });
  number();
}
