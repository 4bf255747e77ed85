// The editors of rules and macros, put together.

import { startCheck } from "./check.js";
import { form } from "./controls.js";
import { sortable } from "./drag.js";
import { startLeaving } from "./leaving.js";
import { startPlaceholders } from "./placeholders.js";
import { startRaw } from "./raw.js";
import { partOf, regroup, startRows } from "./rows.js";

const CONDITIONS = ["all", "any"];
const groupOf = (list) => list.dataset.rows;

const order = sortable(form, {
  grip: ".grip",
  item: ".rule-row",
  lists: () => [...form.querySelectorAll("[data-rows]")],
  itemsOf: (list) => [...list.querySelectorAll(":scope > .rule-row")],
  fits: (row, list) => row.dataset.group === groupOf(list) || (CONDITIONS.includes(row.dataset.group) && CONDITIONS.includes(groupOf(list))),
  put: (row, list, before) => {
    if (row.dataset.group !== groupOf(list)) regroup(row, groupOf(list));
    (before ?? list.querySelector("[data-add]")).before(row);
  },
  done: () => form.dispatchEvent(new Event("change", { bubbles: true })),
  nameOf: (row) => partOf(row, "field").selectedOptions[0]?.label ?? "",
});

startRows((row, by) => {
  if (order.step(row, by)) form.dispatchEvent(new Event("change", { bubbles: true }));
});
startRaw();
startPlaceholders();
startCheck();
startLeaving();
