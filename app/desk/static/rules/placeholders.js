// Placeholders, found by their Korean, English or own name, put in where the cursor stands; beside each what it gives for
// the chosen ticket. And a macro's texts as they would read, both languages side by side.

import { combo } from "./combo.js";
import { form } from "./controls.js";
import { best } from "./matching.js";
import { changed, make, say } from "./page.js";

let known = JSON.parse(document.getElementById("placeholders")?.textContent ?? "[]");
let at = null; // the text that had the focus last

function put(name) {
  const text = at ?? form.querySelector("[data-liquid]");
  if (!text) return;
  text.focus();
  text.setRangeText(`{{${name}}}`, text.selectionStart, text.selectionEnd, "end");
  changed(text);
}

export function showPlaceholders(values) {
  if (!values) return;
  known = known.map((one) => ({ ...one, gives: values[one.name] }));
}

function optionOf(one) {
  const gives = one.gives ? [...new Set(Object.values(one.gives))].filter(Boolean).join(" · ").slice(0, 60) : "";
  const empty = one.gives && !gives ? say("이 티켓에는 없음", "empty on this ticket") : "";
  return { value: one.name, label: one.label, also: [one.name, one.other], group: one.section, hint: gives || empty || `{{${one.name}}}` };
}

export function startPlaceholders() {
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-liquid]")) at = event.target;
  });
  const input = form.querySelector("[data-placeholders]");
  if (!input) return;
  input.hidden = false;
  const puts = input.closest("[data-puts]");
  const isWanted = () => (puts.hidden = !form.querySelector("[data-liquid]")); // only where a text can take one
  form.addEventListener("change", isWanted);
  isWanted();
  combo(input, {
    shown: () => "",
    options: (query) => {
      const some = known.map(optionOf);
      return query.trim() ? best(query, some).map((one) => ({ ...one, group: "" })) : some;
    },
    choose: (option) => setTimeout(() => put(option.value)),
  });
}

// Under each text: what is missing, what is wrong, how it would read.
export function showBodies(told) {
  for (const box of document.querySelectorAll("[data-reads]")) {
    const one = told.bodies?.[box.dataset.reads];
    if (!one) continue;
    const text = form.querySelector(`[name=body_${box.dataset.reads}]`);
    text.setAttribute("aria-invalid", String(one.problems.some((each) => each.level === "error")));
    for (const old of text.parentElement.querySelectorAll(".problem")) old.remove();
    const lines = one.problems.map((each) => make("p", { class: each.level }, each.words));
    if (one.reads !== null) lines.push(make("p", { class: "reads", lang: box.dataset.reads }, one.reads || say("(빈 글)", "(empty)")));
    box.replaceChildren(...lines);
    box.hidden = lines.length === 0;
  }
}
