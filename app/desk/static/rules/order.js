// The list of rules put in order by dragging a row's grip, or with the arrow keys on it. One request for a move, however
// far it goes; what the server refuses goes back to where it was.

import { sortable } from "./drag.js";
import { announce, later, make, say } from "./page.js";

const PAUSE = 700; // ms after the last arrow key
const table = document.querySelector("[data-list] tbody");
const rowsOf = (kind) => [...table.rows].filter((row) => row.querySelector(".grip")?.dataset.kind === kind);
const kindOf = (row) => row.querySelector(".grip").dataset.kind;
const idOf = (row) => row.dataset.id;
const seen = new Map(); // by kind: the ids as the server last told them

function remember() {
  for (const kind of new Set([...table.querySelectorAll(".grip")].map((grip) => grip.dataset.kind))) {
    seen.set(kind, rowsOf(kind).map(idOf));
  }
}

function tell(words) {
  document.querySelector("[data-order-told]")?.remove();
  if (!words) return;
  table.closest(".card").before(make("div", { class: "flash error", role: "alert", "data-order-told": true }, words));
}

function putBack(kind) {
  const by = new Map(rowsOf(kind).map((row) => [idOf(row), row]));
  const mark = rowsOf(kind).at(-1).nextElementSibling;
  for (const id of seen.get(kind)) table.insertBefore(by.get(id), mark);
}

async function save(row) {
  const kind = kindOf(row);
  const now = rowsOf(kind);
  if (now.map(idOf).join() === seen.get(kind).join()) return;
  const body = new FormData();
  body.set("csrf_token", document.querySelector('meta[name="csrf"]').content);
  body.set("moved", idOf(row));
  body.set("before", now[now.indexOf(row) + 1] ? idOf(now[now.indexOf(row) + 1]) : "");
  body.set("seen", seen.get(kind).join());
  const answer = await fetch(table.querySelector(".grip").dataset.order, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  const told = (await answer?.json().catch(() => null)) ?? {};
  if (!answer?.ok) {
    putBack(kind);
    return tell(told.error ?? say("서버가 답하지 않아 옮기지 못했습니다.", "The server did not answer; nothing was moved."));
  }
  for (const [id, place] of Object.entries(told.places)) {
    const cell = table.querySelector(`tr[data-id="${id}"] td[data-field="position"]`);
    if (cell) (cell.querySelector("a") ?? cell).textContent = place;
  }
  remember();
  tell("");
  announce(say("순서를 저장했습니다.", "The order is saved."));
}

if (table?.querySelector(".grip")) {
  remember();
  const soon = later(save, PAUSE);
  let dragged = false;
  addEventListener("pointerup", () => (dragged = true), true);
  addEventListener("keydown", () => (dragged = false), true);
  sortable(table, {
    grip: ".grip",
    item: "tr",
    lists: () => [...seen.keys()],
    itemsOf: rowsOf,
    areaOf: (kind) => {
      const some = rowsOf(kind);
      return { top: some[0].getBoundingClientRect().top, bottom: some.at(-1).getBoundingClientRect().bottom };
    },
    fits: (row, kind) => kindOf(row) === kind,
    put: (row, kind, before) => (before ? before.before(row) : rowsOf(kind).at(-1).after(row)),
    done: (row) => (dragged ? save(row) : soon(row)),
    nameOf: (row) => row.querySelector('td[data-field="title"]')?.textContent.trim() ?? "",
  });
}
