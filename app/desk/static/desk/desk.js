// The desk's own behaviour: keys, the record beside the list, cells edited where they stand, questions before what
// cannot be undone. Every page works without it; nothing here decides what is allowed.
(() => {
  "use strict";
  const one = (what, from = document) => from.querySelector(what);
  const all = (what, from = document) => [...from.querySelectorAll(what)];
  const csrf = () => one('meta[name="csrf"]').content;
  const typing = (at) => at.closest("input, textarea, select, [contenteditable]") !== null;

  // ---- questions
  document.addEventListener("submit", (event) => {
    const words = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (words && !window.confirm(words)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    for (const pop of all("details.pop[open]")) if (!pop.contains(event.target)) pop.open = false;
  });

  // ---- rows: a click opens, J and K walk, X chooses
  const rows = () => all("[data-list] tbody tr");
  const current = () => one("[data-list] tbody tr.at") ?? one("[data-list] tbody tr.sel");
  const walk = (step) => {
    const every = rows();
    if (!every.length) return;
    const from = every.indexOf(current());
    const next = every[Math.min(Math.max(from + step, 0), every.length - 1)];
    every.forEach((row) => row.classList.toggle("at", row === next));
    next.scrollIntoView({ block: "nearest" });
    if (next.dataset.beside !== undefined && one("[data-panel]")) open(next);
  };
  const open = async (row) => {
    if (!row?.dataset.href) return;
    if (row.dataset.beside === undefined) return void (location.href = row.dataset.href);
    const answer = await fetch(row.dataset.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return void (location.href = row.dataset.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = one("[data-panel]", page), old = one("[data-panel]");
    if (!fresh || !old) return void (location.href = row.dataset.href);
    old.replaceWith(document.adoptNode(fresh));
    history.replaceState(null, "", row.dataset.href);
    rows().forEach((each) => each.classList.toggle("sel", each === row));
    document.dispatchEvent(new CustomEvent("desk:panel", { detail: one("[data-panel]") }));
  };
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-list] tbody tr[data-href]");
    if (!row || event.defaultPrevented || getSelection().toString()) return;
    const link = event.target.closest("a, button, input, select, label, summary");
    if (link && !(link.matches("a.row") && row.dataset.beside !== undefined)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    open(row);
  });

  // ---- chosen rows and what to do with them
  const bar = one("[data-actions]");
  const counted = () => {
    if (!bar) return;
    const chosen = all("[data-tick]:checked").length;
    const words = one("[data-count]", bar);
    bar.hidden = chosen === 0;
    words.textContent = words.dataset.count.replace("{}", chosen);
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) all("[data-tick]").forEach((tick) => (tick.checked = event.target.checked));
    if (event.target.matches("[data-all], [data-tick]")) counted();
  });
  counted();

  // ---- keys
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return find();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open]")) return;
    const keys = {
      j: () => walk(1), k: () => walk(-1), "?": () => one("#keys")?.showModal(),
      x: () => { const tick = current() && one("[data-tick]", current()); if (tick) { tick.checked = !tick.checked; counted(); } },
      n: () => one("[data-new]")?.click(), "/": () => one("[data-search]")?.focus(),
      Enter: () => current() && open(current()),
      Escape: () => { if (one("[data-panel]")) { const to = new URL(location.href); to.searchParams.delete("id"); location.href = to; } },
    };
    // A button of the page may have a key of its own: data-key="a".
    const own = event.key.length === 1 && one(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    const act = own ? () => own.click() : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (event.key === "Enter" && event.target.closest("a, button, summary"))) return;
    event.preventDefault();
    act();
  });

  // ---- find (Ctrl-K)
  const box = one("#find");
  const find = () => { if (box && !box.open) { box.showModal(); one("input", box).select(); } };
  one("[data-find]")?.addEventListener("click", find);
  if (box) {
    const input = one("input", box), list = one("ul", box);
    let asked = 0, soon;
    const mark = (item) => all("li", list).forEach((each) => each.setAttribute("aria-selected", String(each === item)));
    const ask = async () => {
      const number = ++asked;
      const answer = await fetch(`${box.dataset.url}?q=${encodeURIComponent(input.value)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || number !== asked) return;
      list.replaceChildren(...(await answer.json()).found.map((found) => {
        const item = document.createElement("li"), label = document.createElement("span"), where = document.createElement("span");
        label.textContent = found.label; where.textContent = found.where;
        item.append(label, where); item.dataset.url = found.url; item.setAttribute("role", "option");
        return item;
      }));
      mark(list.firstElementChild);
    };
    input.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(ask, 120); });
    box.addEventListener("keydown", (event) => {
      const items = all("li", list), at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && items.length) { event.preventDefault(); const to = items[(at + step + items.length) % items.length]; mark(to); to.scrollIntoView({ block: "nearest" }); }
      if (event.key === "Enter" && items[at]) { event.preventDefault(); location.href = items[at].dataset.url; }
    });
    list.addEventListener("click", (event) => { const item = event.target.closest("li"); if (item) location.href = item.dataset.url; });
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    new MutationObserver(() => { if (box.open) ask(); }).observe(box, { attributes: true, attributeFilter: ["open"] });
  }
  one("#keys")?.addEventListener("click", (event) => { if (event.target === one("#keys")) event.target.close(); });

  // ---- a cell edited where it stands
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("button[data-inline]");
    if (!cell) return;
    const told = JSON.parse(cell.dataset.inline);
    const input = document.createElement(told.choices ? "select" : "input");
    if (told.choices) for (const [value, words] of told.choices) input.add(new Option(words, value, false, value === told.value));
    else { input.type = told.kind; if (told.kind === "checkbox") input.checked = told.value; else input.value = told.value ?? ""; }
    let over = false;
    const back = () => { if (!over) { over = true; input.replaceWith(cell); cell.focus(); } };
    const send = async () => {
      if (over) return;
      const form = new FormData();
      form.set("csrf_token", csrf()); form.set("list_form_pk", told.pk); form.set("name", told.name); form.set(told.seen, told.version);
      if (told.kind !== "checkbox") form.set(told.name, input.value);
      else if (input.checked) form.set(told.name, "y");
      const answer = await fetch(told.url, { method: "POST", body: form, headers: { Accept: "application/json" } });
      const words = await answer.json().catch(() => ({}));
      over = true;
      input.replaceWith(cell);
      cell.parentElement.querySelector(".inline-refused")?.remove();
      if (answer.ok) {
        cell.innerHTML = words.shown;  // escaped by the server, which is where the list's own cells come from
        cell.dataset.inline = JSON.stringify({ ...told, version: words.version, value: told.kind === "checkbox" ? input.checked : input.value });
        for (const other of all("button[data-inline]", cell.closest("tr"))) if (other !== cell)
          other.dataset.inline = JSON.stringify({ ...JSON.parse(other.dataset.inline), version: words.version });
      } else {
        const refused = document.createElement("span");
        refused.className = "inline-refused"; refused.setAttribute("role", "alert"); refused.textContent = words.error ?? String(answer.status);
        cell.after(refused);
      }
    };
    input.addEventListener("keydown", (key) => { if (key.key === "Escape") back(); if (key.key === "Enter") { key.preventDefault(); send(); } });
    input.addEventListener("change", () => { if (told.choices || told.kind === "checkbox") send(); });
    input.addEventListener("blur", () => setTimeout(() => { if (!over && input.value === String(told.value ?? "")) back(); else send(); }, 0));
    cell.replaceWith(input);
    input.focus();
  });

  // ---- a page that asks how things stand: data-poll="address", values into [data-told=key], a bar into
  // progress[data-bar=key], every data-pace milliseconds; with data-until="key" the page is drawn anew once that is no longer so
  for (const place of all("[data-poll]")) {
    const ask = async () => {
      if (document.hidden) return;
      const answer = await fetch(place.dataset.poll, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok) return;
      const told = await answer.json();
      for (const spot of all("[data-told]", place)) if (told[spot.dataset.told] !== undefined) spot.textContent = told[spot.dataset.told];
      for (const bar of all("progress[data-bar]", place)) bar.value = told[bar.dataset.bar];
      for (const spot of all("[data-shown-if]", place)) spot.hidden = !told[spot.dataset.shownIf];
      if (place.dataset.until && !told[place.dataset.until]) location.reload();
    };
    setInterval(ask, Number(place.dataset.pace) || 3000);
  }
})();
