// Rows of conditions and actions: operators follow fields, values follow operators, rows come and go.
// Draws the same rows as the server (templates/rules/rows.html); without it the buttons do the same by a reload.

import { dress, entriesOf, entryOf, form, typedIn, vocabulary } from "./controls.js";
import { changed, make, say } from "./page.js";

let next = 10_000; // row numbers only have to differ; the order is the order on the page

export const partOf = (row, name) => row.querySelector(`[name$="-${name}"]`);
const prefixOf = (row) => `${row.dataset.group}-${row.dataset.index}-`;
export const rowsOf = (group) => [...form.querySelectorAll(`.rule-row[data-group="${group}"]`)];

function optionsOf(entry) {
  if (!entry.choices.length && !vocabulary.lists[entry.offers]?.length) return []; // nothing known to choose from: typed
  const none = entry.nullable ? [{ value: "", label: vocabulary.words.none }] : [];
  return [...none, ...entry.choices, ...(vocabulary.lists[entry.offers] ?? [])];
}

function selectOf(name, label, options, chosen) {
  const select = make("select", { name, "aria-label": label });
  for (const one of options) select.add(new Option(one.label, one.value, false, one.value === chosen));
  return select;
}

function fieldSelect(row) {
  const label = row.dataset.group === "actions" ? say("하는 일", "Action") : say("항목", "Field");
  const select = make("select", { name: `${prefixOf(row)}field`, "aria-label": label });
  select.add(new Option(say("고르세요", "Choose"), ""));
  const groups = new Map();
  for (const [key, entry] of Object.entries(entriesOf(row))) {
    if (!groups.has(entry.section)) {
      groups.set(entry.section, make("optgroup", { label: entry.section }));
      select.append(groups.get(entry.section));
    }
    groups.get(entry.section).append(new Option(entry.label, key));
  }
  return select;
}

const text = (name, value, label, more = {}) =>
  make("input", { type: "text", name, value, "aria-label": label, placeholder: label, ...more });

function area(name, value, label, rows, more = {}) {
  const made = make("textarea", { name, rows, "aria-label": label, placeholder: label, ...more });
  made.value = value;
  return made;
}

function pickOf(name, entry, label, kept) {
  if (entry.search) return text(name, kept, label, { "data-search": entry.search });
  const options = optionsOf(entry);
  return options.length ? selectOf(name, label, options, kept) : text(name, kept, label);
}

function valueControl(row, entry, operator, kept) {
  const name = `${prefixOf(row)}value`;
  const label = say("값", "Value");
  const control = vocabulary.operators[operator]?.bare ? "nothing" : (entry.controls[operator] ?? entry.control);
  if (control === "nothing") return make("input", { type: "hidden", name, value: "" });
  if (control === "pick") return pickOf(name, entry, label, kept);
  if (control === "message" || control === "note") {
    const listed = entry.search || optionsOf(entry).length;
    const who = listed ? pickOf(name, entry, say("받는 사람", "Recipient"), kept) : text(name, kept, say("대상 번호", "Id of the target"));
    const stack = make("div", { class: "stack" }, make("div", {}, who));
    if (control === "message") stack.append(text(`${prefixOf(row)}subject`, "", say("제목", "Subject"), { "data-liquid": true }));
    stack.append(area(`${prefixOf(row)}body`, "", say("내용", "Body"), 4, { "data-liquid": true }));
    return stack;
  }
  if (control === "long_text") return area(name, kept, label, 3);
  if (control === "number") return text(name, kept, label, { inputmode: "decimal" });
  if (control === "date") return make("input", { type: "date", name, value: kept, "aria-label": label });
  if (control === "tags") return text(name, kept, label, { "data-tokens": entry.search || "" });
  return text(name, kept, label);
}

// What was typed stays only where it can mean the same: under another operator of the same field.
function drawValue(row, kept) {
  const entry = entryOf(row);
  const box = row.querySelector(".value");
  const control = entry
    ? valueControl(row, entry, partOf(row, "operator")?.value ?? "", kept)
    : make("input", { type: "hidden", name: `${prefixOf(row)}value`, value: "" });
  box.replaceChildren(control);
  dress(box);
}

function drawOperators(row) {
  const before = partOf(row, "operator");
  if (!before) return;
  const fitting = (entryOf(row)?.operators ?? []).map((key) => ({ value: key, label: vocabulary.operators[key].label }));
  const chosen = fitting.some((one) => one.value === before.value) ? before.value : fitting[0]?.value;
  const box = row.querySelector(".of-operator");
  box.replaceChildren(selectOf(before.name, say("비교", "Operator"), fitting, chosen));
  dress(box);
}

function clearProblems(row) {
  row.classList.remove("wrong");
  for (const one of row.querySelectorAll(".problem")) one.remove();
}

const tool = (verb, label, sign) => make("button", { type: "button", "data-row": verb, title: label, "aria-label": label }, sign);

export function newRow(group) {
  const row = make("div", { class: "rule-row", "data-group": group, "data-index": next++ });
  const move = say("줄 옮기기: 위아래 화살표", "Move the row: up and down arrows");
  row.append(
    make("button", { class: "grip", type: "button", title: say("끌거나 위아래 화살표로 옮기기", "Drag, or move by the arrow keys"), "aria-label": move }, "⠿"),
    make("input", { type: "hidden", name: `${prefixOf(row)}kept`, value: "" }),
    make("div", { class: "of-field" }, fieldSelect(row)),
  );
  if (group !== "actions") {
    row.append(make("div", { class: "of-operator" }, selectOf(`${prefixOf(row)}operator`, say("비교", "Operator"), [], "")));
  }
  row.append(
    make("div", { class: "value" }, make("input", { type: "hidden", name: `${prefixOf(row)}value`, value: "" })),
    make(
      "div",
      { class: "tools" },
      tool("up", say("위로", "Move up"), "↑"),
      tool("down", say("아래로", "Move down"), "↓"),
      tool("remove", say("빼기", "Remove"), "✕"),
    ),
    make("div", { class: "row-told", hidden: true }),
  );
  dress(row);
  return row;
}

// A row that goes from "all" to "any" or back takes its names along.
export function regroup(row, group) {
  const before = prefixOf(row);
  row.dataset.group = group;
  row.dataset.index = next++;
  for (const one of row.querySelectorAll("[name]")) one.name = one.name.replace(before, prefixOf(row));
  for (const one of row.querySelectorAll("[data-row]")) one.type = "button"; // its place, told to the server, is another now
}

function add(button) {
  const row = newRow(button.dataset.add);
  button.before(row);
  typedIn(partOf(row, "field")).focus();
  changed(partOf(row, "kept"));
}

function remove(row) {
  const list = row.closest("[data-rows]");
  const near = [row.nextElementSibling, row.previousElementSibling].find((one) => one?.classList.contains("rule-row"));
  row.remove();
  (near ? typedIn(partOf(near, "field")) : list.querySelector("[data-add]")).focus();
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

// Another kind of rule has other fields and operators: the server draws the whole form again, with all that was typed.
function followKind() {
  const button = make("button", { type: "submit", name: "press", value: "follow:all", formnovalidate: true, hidden: true });
  form.append(button);
  button.click();
}

export function startRows(move) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add], [data-row]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.add) return void add(button);
    const row = button.closest(".rule-row");
    if (button.dataset.row === "remove") return void remove(row);
    move(row, button.dataset.row === "up" ? -1 : 1);
    button.focus();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "kind") return void followKind();
    const row = event.target.closest?.(".rule-row");
    if (!row || !event.target.name) return;
    if (event.target.name.endsWith("-field")) {
      clearProblems(row);
      drawOperators(row);
      drawValue(row, "");
    } else if (event.target.name.endsWith("-operator")) {
      clearProblems(row);
      drawValue(row, partOf(row, "value")?.value ?? "");
    }
  });
  dress(form);
}
