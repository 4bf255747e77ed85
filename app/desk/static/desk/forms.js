// Forms: references looked up as one types, rows added and taken away, and no form sent twice by a double click.
(() => {
  "use strict";
  const all = (what, from = document) => [...from.querySelectorAll(what)];

  // ---- a reference: a hidden input of Flask-Admin's becomes a box one types in
  const combo = (hidden) => {
    if (hidden.dataset.ready) return;
    hidden.dataset.ready = "1";
    const known = hidden.dataset.json ? JSON.parse(hidden.dataset.json) : null;
    const many = hidden.dataset.multiple === "1";
    const box = document.createElement("div"), input = document.createElement("input"), list = document.createElement("ul");
    box.className = "combo"; input.type = "text"; input.autocomplete = "off"; list.hidden = true;
    input.id = `${hidden.id}-typed`;
    input.setAttribute("role", "combobox"); input.setAttribute("aria-expanded", "false");
    input.placeholder = hidden.dataset.placeholder ?? "";
    document.querySelector(`label[for="${CSS.escape(hidden.id)}"]`)?.setAttribute("for", input.id);
    if (known && !many) input.value = known[1];
    if (known && many) input.value = known.map((each) => each[1]).join(", ");
    input.readOnly = many;
    hidden.after(box); box.append(input, list);
    let soon, asked = 0;
    const choose = (item) => {
      hidden.value = item ? item.dataset.value : "";
      input.value = item ? item.textContent : "";
      list.hidden = true; input.setAttribute("aria-expanded", "false"); input.setCustomValidity("");
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const ask = async () => {
      const number = ++asked;
      const to = new URL(hidden.dataset.url, location.href);
      to.searchParams.set("query", input.value);
      const answer = await fetch(to, { headers: { Accept: "application/json" } });
      if (!answer.ok || number !== asked) return;
      const found = await answer.json();
      list.replaceChildren(...found.map(([value, words]) => {
        const item = document.createElement("li");
        item.dataset.value = value; item.textContent = words; item.setAttribute("role", "option");
        return item;
      }));
      if (!found.length) { const none = document.createElement("li"); none.className = "none"; none.textContent = "–"; list.append(none); }
      list.firstElementChild?.setAttribute("aria-selected", "true");
      list.hidden = false; input.setAttribute("aria-expanded", "true");
    };
    input.addEventListener("input", () => { hidden.value = ""; clearTimeout(soon); soon = setTimeout(ask, 150); });
    input.addEventListener("focus", () => { if (!hidden.value) ask(); });
    input.addEventListener("blur", () => setTimeout(() => { list.hidden = true; }, 150));
    input.addEventListener("keydown", (event) => {
      const items = all("li[data-value]", list), at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && items.length) { event.preventDefault(); items.forEach((item, index) => item.setAttribute("aria-selected", String(index === (at + step + items.length) % items.length))); }
      if (event.key === "Enter" && !list.hidden && items[at]) { event.preventDefault(); choose(items[at]); }
      if (event.key === "Escape") list.hidden = true;
    });
    list.addEventListener("mousedown", (event) => { const item = event.target.closest("li[data-value]"); if (item) { event.preventDefault(); choose(item); } });
  };
  const dress = (place) => all('input[data-role^="select2-ajax"]', place).forEach(combo);
  dress(document);

  // ---- rows of a record: the template's names get the list's name and the next number
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]"), away = event.target.closest("[data-take-row]");
    if (away) away.closest(".row-of").remove();
    if (!add) return;
    const rows = add.closest("[data-rows]"), list = rows.querySelector(".rows-of"), name = rows.dataset.rows;
    const taken = all(".row-of", list).map((row) => Number((row.id.match(/-(\d+)$/) ?? [0, -1])[1]));
    const prefix = `${name}-${Math.max(-1, ...taken) + 1}`;
    const fresh = rows.querySelector("template").content.firstElementChild.cloneNode(true);
    fresh.id = prefix;
    for (const input of all("[name]", fresh)) {
      const old = input.id;
      input.name = `${prefix}-${input.name}`; input.id = `${prefix}-${old}`;
      fresh.querySelector(`label[for="${CSS.escape(old)}"]`)?.setAttribute("for", input.id);
    }
    list.append(fresh); dress(fresh);
    fresh.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });

  // ---- once is enough
  for (const form of all("form[data-form]")) {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 5000);
    });
  }
})();
