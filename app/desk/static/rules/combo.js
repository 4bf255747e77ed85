// A box one types in with a list of what fits: the combobox of the ARIA practices, by keyboard, pointer and touch.

import { later, make, say } from "./page.js";

let boxes = 0;

// `options(query)` gives [{value, label, hint, group}] or a promise of it; `choose(option)` is told of the one taken;
// `shown()` is what the box says when nothing is typed; `typed(query)` may make an option of what was typed itself.
export function combo(input, { options, choose, shown, typed, wait = 0 }) {
  const list = make("ul", { role: "listbox", id: `list-${++boxes}`, hidden: true, "aria-label": input.getAttribute("aria-label") });
  const box = make("div", { class: "picker" });
  input.before(box);
  box.append(input, list);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  })) {
    input.setAttribute(name, value);
  }
  let found = [];
  let at = -1;
  let asked = 0;
  let touched = false;
  let drawnFor = null; // the words that the list on show answers
  let wanted = false; // Enter was pressed before the answer came

  const items = () => [...list.querySelectorAll("[role=option]")];
  const isOpen = () => !list.hidden;

  function mark(to) {
    at = to;
    items().forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === at));
      if (index === at) item.scrollIntoView({ block: "nearest" });
    });
    const marked = items()[at];
    if (marked) input.setAttribute("aria-activedescendant", marked.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    asked += 1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    at = -1;
    drawnFor = null;
    wanted = false;
  }

  function draw(some) {
    found = some;
    list.replaceChildren();
    let heading = "";
    some.forEach((one, index) => {
      if (one.group && one.group !== heading) {
        heading = one.group;
        list.append(make("li", { role: "presentation", class: "heading" }, heading));
      }
      const item = make("li", { role: "option", id: `${list.id}-${index}`, "aria-selected": "false" }, make("span", {}, one.label));
      if (one.hint) item.append(make("small", {}, one.hint));
      list.append(item);
    });
    if (!some.length) list.append(make("li", { role: "presentation", class: "none" }, say("맞는 것이 없습니다", "Nothing matches")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    list.classList.toggle("up", input.getBoundingClientRect().bottom + 220 > innerHeight && input.getBoundingClientRect().top > 320);
  }

  async function open(query) {
    const number = ++asked;
    let some = await options(query);
    if (number !== asked || document.activeElement !== input) return;
    const own = query.trim() ? typed?.(query.trim(), some) : null;
    if (own) some = [...some, own];
    draw(some);
    drawnFor = query;
    if (wanted && query === input.value) {
      wanted = false;
      if (some.length) return take(some[0]);
    }
    const now = some.findIndex((one) => one.label === shown());
    mark(query.trim() ? (some.length ? 0 : -1) : now);
  }

  const openLater = later(open, wait);

  function take(option) {
    touched = false;
    close();
    choose(option);
    input.value = shown();
  }

  function leave() {
    close();
    touched = false;
    input.value = shown();
  }

  input.value = shown();
  input.addEventListener("input", (event) => {
    event.stopPropagation(); // what is typed here is a question, not yet a value of the form
    touched = true;
    if (wait) openLater(input.value);
    else open(input.value);
  });
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("click", () => {
    if (!isOpen()) {
      input.select();
      open("");
    }
  });
  input.addEventListener("focus", () => input.select()); // what is typed takes the place of what stands there
  input.addEventListener("blur", leave);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!isOpen()) open(touched ? input.value : "");
      else if (found.length) mark((at + step + found.length) % found.length);
    } else if (event.key === "Enter") {
      if (isOpen() || touched) event.preventDefault();
      if (touched && drawnFor !== input.value) wanted = true;
      else if (isOpen() && found[at]) take(found[at]);
    } else if (event.key === "Tab" && isOpen() && touched && drawnFor === input.value && found[at]) {
      take(found[at]);
    } else if (event.key === "Escape" && (isOpen() || touched)) {
      event.preventDefault();
      event.stopPropagation();
      leave();
      input.select();
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) take(found[items().indexOf(item)]);
  });
  return { box, refresh: () => (input.value = shown()) };
}
