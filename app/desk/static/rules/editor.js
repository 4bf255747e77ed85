// The rows of a rule's or a macro's form: added, removed, moved, and redrawn when another field is chosen.
// The server draws the same rows (templates/rules/rows.html); without this script its buttons do the same by a reload.

const vocabulary = JSON.parse(document.getElementById("rule-vocabulary").textContent);
const korean = document.documentElement.lang !== "en";
const say = (ko, en) => (korean ? ko : en);
const form = document.querySelector("form.rule-form");
let next = 10_000; // row numbers only have to differ; the order is the order on the page

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

const partOf = (row, name) => row.querySelector(`[name$="-${name}"]`);
const prefixOf = (row) => `${row.dataset.group}-${row.dataset.index}-`;
const entriesOf = (row) => (row.dataset.group === "actions" ? vocabulary.actions : vocabulary.fields);

function optionsOf(entry) {
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

function area(name, value, label, rows) {
  const made = make("textarea", { name, rows, "aria-label": label, placeholder: label });
  made.value = value;
  return made;
}

function valueControl(row, entry, operator, kept) {
  const name = `${prefixOf(row)}value`;
  const label = say("값", "Value");
  const control = vocabulary.operators[operator]?.bare ? "nothing" : (entry.controls[operator] ?? entry.control);
  const options = optionsOf(entry);
  if (control === "nothing") return [make("input", { type: "hidden", name, value: "" })];
  if (control === "pick") return [selectOf(name, label, options, kept)];
  if (control === "message" || control === "note") {
    const who = options.length
      ? selectOf(name, say("받는 사람", "Recipient"), options, kept)
      : text(name, kept, say("대상 번호", "Id of the target"));
    const stack = make("div", { class: "stack" }, who);
    if (control === "message") stack.append(text(`${prefixOf(row)}subject`, "", say("제목", "Subject")));
    stack.append(area(`${prefixOf(row)}body`, "", say("내용", "Body"), 4));
    return [stack];
  }
  if (control === "long_text") return [area(name, kept, label, 3)];
  if (control === "number") return [text(name, kept, label, { inputmode: "decimal" })];
  if (control === "date") return [make("input", { type: "date", name, value: kept, "aria-label": label })];
  if (control === "tags") {
    return [text(name, kept, label, { placeholder: say("띄어쓰기로 나눕니다", "Parted by spaces") })];
  }
  return [text(name, kept, label)];
}

// What was typed stays only where it can mean the same: under another operator of the same field.
function drawValue(row, kept) {
  const entry = entriesOf(row)[partOf(row, "field").value];
  const box = row.querySelector(".value");
  box.replaceChildren();
  if (entry) box.append(...valueControl(row, entry, partOf(row, "operator")?.value ?? "", kept));
  else box.append(make("input", { type: "hidden", name: `${prefixOf(row)}value`, value: "" }));
}

function drawOperators(row) {
  const before = partOf(row, "operator");
  if (!before) return;
  const entry = entriesOf(row)[partOf(row, "field").value];
  const fitting = (entry?.operators ?? []).map((key) => ({ value: key, label: vocabulary.operators[key].label }));
  const chosen = fitting.some((one) => one.value === before.value) ? before.value : fitting[0]?.value;
  before.replaceWith(selectOf(before.name, say("비교", "Operator"), fitting, chosen));
}

function clearProblems(row) {
  row.classList.remove("wrong");
  for (const one of row.querySelectorAll(".problem")) one.remove();
}

function tool(verb, label, sign) {
  return make("button", { type: "button", "data-row": verb, title: label, "aria-label": label }, sign);
}

function newRow(group) {
  const row = make("div", { class: "rule-row", "data-group": group, "data-index": next++ });
  row.append(
    make("button", { class: "grip", type: "button", tabindex: "-1", "aria-hidden": "true" }, "⠿"),
    make("input", { type: "hidden", name: `${prefixOf(row)}kept`, value: "" }),
    fieldSelect(row),
  );
  if (group !== "actions") row.append(selectOf(`${prefixOf(row)}operator`, say("비교", "Operator"), [], ""));
  row.append(
    make("div", { class: "value" }, make("input", { type: "hidden", name: `${prefixOf(row)}value`, value: "" })),
    make(
      "div",
      { class: "tools" },
      tool("up", say("위로", "Move up"), "↑"),
      tool("down", say("아래로", "Move down"), "↓"),
      tool("remove", say("빼기", "Remove"), "✕"),
    ),
  );
  return row;
}

const isRow = (element) => element?.classList.contains("rule-row");

function move(row, verb) {
  const other = verb === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!isRow(other)) return;
  if (verb === "up") other.before(row);
  else other.after(row);
}

function remove(row) {
  const near = isRow(row.nextElementSibling) ? row.nextElementSibling : row.previousElementSibling;
  const fallback = row.parentElement.querySelector("[data-add]");
  row.remove();
  (isRow(near) ? partOf(near, "field") : fallback)?.focus();
}

function followDrag(grip, row, start) {
  grip.setPointerCapture(start.pointerId);
  row.classList.add("moving");
  const over = (event) => {
    for (const other of row.parentElement.querySelectorAll(":scope > .rule-row")) {
      const box = other.getBoundingClientRect();
      if (other === row || event.clientY < box.top || event.clientY > box.bottom) continue;
      if (event.clientY < box.top + box.height / 2) other.before(row);
      else other.after(row);
      break;
    }
  };
  const stop = () => {
    row.classList.remove("moving");
    grip.removeEventListener("pointermove", over);
  };
  grip.addEventListener("pointermove", over);
  for (const end of ["pointerup", "pointercancel"]) grip.addEventListener(end, stop, { once: true });
}

form.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add]");
  const used = event.target.closest("[data-row]");
  if (!add && !used) return;
  event.preventDefault();
  if (add) {
    const row = newRow(add.dataset.add);
    add.before(row);
    partOf(row, "field").focus();
    return;
  }
  const row = used.closest(".rule-row");
  if (used.dataset.row === "remove") remove(row);
  else {
    move(row, used.dataset.row);
    used.focus();
  }
});

form.addEventListener("change", (event) => {
  const row = event.target.closest(".rule-row");
  if (event.target.name === "kind") return followKind();
  if (!row) return undefined;
  if (event.target.name.endsWith("-field")) {
    clearProblems(row);
    drawOperators(row);
    drawValue(row, "");
  } else if (event.target.name.endsWith("-operator")) {
    clearProblems(row);
    drawValue(row, partOf(row, "value")?.value ?? "");
  }
  return undefined;
});

// Another kind of rule has other fields and operators: the server draws the whole form again, with all that was typed.
function followKind() {
  const button = make("button", { type: "submit", name: "press", value: "follow:all", formnovalidate: "", hidden: "" });
  form.append(button);
  button.click();
}

form.addEventListener("keydown", (event) => {
  const row = event.target.closest(".rule-row");
  if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  move(row, event.key === "ArrowUp" ? "up" : "down");
  event.target.focus();
});

form.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".grip");
  if (grip) followDrag(grip, grip.closest(".rule-row"), event);
});
