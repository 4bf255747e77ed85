// The plain controls of a row made into pickers: long lists are typed into, tags are tokens. The plain control stays
// beneath, with its name and value: it is what the form sends.

import { combo } from "./combo.js";
import { best } from "./matching.js";
import { ask, changed, make, say } from "./page.js";

const LONG = 7; // options; fewer are chosen faster from the browser's own list
const DIGITS = /^[0-9]{1,18}$/;
export const form = document.querySelector("form.rule-form");
export const vocabulary = JSON.parse(document.getElementById("rule-vocabulary").textContent);

export const entriesOf = (row) => (row.dataset.group === "actions" ? vocabulary.actions : vocabulary.fields);

export const entryOf = (row) => entriesOf(row)[row.querySelector('[name$="-field"]').value];

async function fromServer(kind, query) {
  return (await ask(form.dataset.pick, { kind, q: query }))?.found ?? [];
}

function hide(control) {
  control.classList.add("under");
  control.tabIndex = -1;
  control.setAttribute("aria-hidden", "true");
}

// A select with many options; the headings of its groups stay.
function dressSelect(select) {
  if (select.options.length <= LONG && !select.querySelector("optgroup")) return;
  const options = () =>
    [...select.options].map((one) => ({
      value: one.value,
      label: one.label,
      also: [one.value],
      group: one.parentElement.tagName === "OPTGROUP" ? one.parentElement.label : "",
    }));
  const empty = [...select.options].find((one) => !one.value)?.label ?? "";
  const input = make("input", { type: "text", "aria-label": select.getAttribute("aria-label"), placeholder: empty });
  select.before(input);
  hide(select);
  const { refresh } = combo(input, {
    options: (query) => (query.trim() ? best(query, options().filter((one) => one.value)) : options()),
    shown: () => (select.value ? (select.selectedOptions[0]?.label ?? "") : ""),
    choose: (option) => {
      select.value = option.value;
      changed(select);
    },
  });
  select.addEventListener("change", refresh);
}

// A value that the server looks up; what stands on the page comes first.
function dressSought(under) {
  const kind = under.dataset.search;
  const row = under.closest(".rule-row");
  const entry = row ? entryOf(row) : null;
  const none = entry?.nullable ? [{ value: "", label: vocabulary.words.none }] : [];
  const words = [...none, ...(entry?.choices ?? [])];
  let named = under.dataset.named || words.find((one) => one.value === under.value)?.label || under.value;
  under.parentElement.querySelector(".named")?.remove();
  const input = make("input", { type: "text", "aria-label": under.getAttribute("aria-label"), placeholder: say("찾기", "Search") });
  under.before(input);
  hide(under);
  const { refresh } = combo(input, {
    wait: 150,
    options: async (query) => [...(query.trim() ? best(query, words) : words), ...(await fromServer(kind, query))],
    shown: () => named,
    typed: (query, some) =>
      DIGITS.test(query) && !some.some((one) => one.value === query)
        ? { value: query, label: query, hint: say("번호 그대로", "This id") }
        : null,
    choose: (option) => {
      under.value = option.value;
      named = option.label;
      changed(under);
    },
  });
  under.addEventListener("input", () => {
    if (under.value !== words.find((one) => one.label === named)?.value && !under.value) named = "";
    refresh();
  });
}

// Words or tags parted by spaces: each a token that can be taken away.
function dressTokens(under) {
  const kind = under.dataset.tokens;
  const label = under.getAttribute("aria-label");
  const entry = () => entryOf(under.closest(".rule-row"));
  const local = () => (kind ? [] : [...(entry()?.choices ?? []), ...(vocabulary.lists[entry()?.offers] ?? [])]);
  const isNamed = () => local().length > 0 || kind.startsWith("options:"); // tokens stand for names one searches by
  const tokens = () => under.value.split(/[\s,]+/).filter(Boolean);
  const labelOf = (token) => local().find((one) => one.value === token)?.label ?? token;
  const input = make("input", { type: "text", "aria-label": label });
  const box = make("div", { class: "tokens" }, input);
  under.before(box);
  hide(under);

  function set(some) {
    under.value = [...new Set(some)].join(" ");
    changed(under);
  }

  function draw() {
    for (const old of box.querySelectorAll(".token")) old.remove();
    for (const token of tokens()) {
      const words = labelOf(token);
      const away = make("button", { type: "button", "aria-label": `${say("빼기", "Remove")}: ${words}`, tabindex: "-1" }, "✕");
      away.addEventListener("click", () => {
        set(tokens().filter((one) => one !== token));
        input.focus();
      });
      wrap.before(make("span", { class: "token" }, words, away));
    }
    input.placeholder = tokens().length ? "" : say("쓰고 Enter", "Type, then Enter");
  }

  const { box: wrap } = combo(input, {
    wait: kind ? 150 : 0,
    shown: () => "",
    options: async (query) => {
      const some = kind ? await fromServer(kind, query) : query.trim() ? best(query, local()) : local();
      const free = some.filter((one) => !tokens().includes(one.value));
      const typed = query.trim() && !some.some((one) => one.value === query.trim());
      const own = typed ? [{ value: query.trim(), label: query.trim(), hint: say("그대로 넣기", "As typed") }] : [];
      return isNamed() ? [...free, ...own] : [...own, ...free];
    },
    choose: (option) => set([...tokens(), ...option.value.split(/[\s,]+/)]),
  });
  const takeTyped = () => {
    if (input.value.trim()) set([...tokens(), ...input.value.trim().split(/[\s,]+/)]);
    input.value = "";
  };
  // Before the list hears of it: a space or a comma ends a word, leaving the box does too.
  box.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing) return;
      if ([" ", ","].includes(event.key) && input.value.trim()) {
        event.preventDefault();
        takeTyped();
      } else if (event.key === "Enter" && input.value.trim() && !isNamed() && !box.querySelector("li ~ [aria-selected=true]")) {
        event.preventDefault();
        event.stopPropagation();
        takeTyped();
      } else if (event.key === "Backspace" && !input.value && tokens().length) set(tokens().slice(0, -1));
    },
    true,
  );
  box.addEventListener("blur", (event) => event.target === input && takeTyped(), true);
  box.addEventListener("paste", (event) => {
    event.preventDefault();
    set([...tokens(), ...event.clipboardData.getData("text").trim().split(/[\s,]+/)]);
  });
  under.addEventListener("input", draw);
  box.addEventListener("click", (event) => event.target === box && input.focus());
  draw();
}

export function dress(place) {
  for (const one of place.querySelectorAll("select:not(.under)")) dressSelect(one);
  for (const one of place.querySelectorAll("input[data-search]:not(.under)")) dressSought(one);
  for (const one of place.querySelectorAll("input[data-tokens]:not(.under)")) dressTokens(one);
}

// Where one goes on typing: the picker above a plain control, or the control itself.
export function typedIn(control) {
  if (!control?.classList.contains("under")) return control;
  const before = control.previousElementSibling;
  return before?.matches("input") ? before : (before?.querySelector("input") ?? control);
}
