// Things put in order by dragging their grip, or with the arrow keys on it. Used by the rows of a rule and by the list of
// rules; what a move means is told by whoever uses it.

import { announce, say } from "./page.js";

const EDGE = 60; // pixels from the window's edge at which it scrolls along

// `lists()`: the places in order; `itemsOf(list)`; `put(item, list, before)`: before null is the end; `fits(item, list)`;
// `done(item)`: after a drag or a move that changed the order; `nameOf(item)`.
export function sortable(root, { grip, item, lists, itemsOf, put, fits, done, nameOf, areaOf = (list) => list.getBoundingClientRect() }) {
  const listOf = (one) => lists().find((list) => itemsOf(list).includes(one));
  const placeOf = (one) => `${lists().indexOf(listOf(one))}:${itemsOf(listOf(one)).indexOf(one)}`;

  function tell(one) {
    const list = itemsOf(listOf(one));
    const [at, all] = [list.indexOf(one) + 1, list.length];
    announce(say(`${nameOf(one)}: ${all}개 중 ${at}번째`, `${nameOf(one)}: ${at} of ${all}`));
  }

  // One step, past the end of a list into the next one it fits in. Says whether it moved.
  function step(one, by) {
    const list = listOf(one);
    const some = itemsOf(list);
    const to = some.indexOf(one) + by;
    if (to >= 0 && to < some.length) put(one, list, by < 0 ? some[to] : (some[to + 1] ?? null));
    else {
      const other = lists()[lists().indexOf(list) + by];
      if (!other || !fits(one, other)) return false;
      put(one, other, by < 0 ? null : (itemsOf(other)[0] ?? null));
    }
    tell(one);
    return true;
  }

  root.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const one = event.target.closest?.(item);
    if (!by || !one || event.ctrlKey || event.metaKey) return;
    if (!event.target.closest(grip) && !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const focused = document.activeElement;
    if (step(one, by)) done(one);
    focused.focus();
  }, true);

  root.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(grip);
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    handle.focus();
    const one = handle.closest(item);
    const began = placeOf(one);
    one.classList.add("moving");

    function over(moved) {
      if (moved.clientY < EDGE) scrollBy(0, -12);
      if (moved.clientY > innerHeight - EDGE) scrollBy(0, 12);
      const list = lists().find((each) => {
        const box = areaOf(each);
        return fits(one, each) && moved.clientY >= box.top && moved.clientY <= box.bottom;
      });
      if (!list) return;
      const before = itemsOf(list).find((other) => {
        const box = other.getBoundingClientRect();
        return other !== one && moved.clientY < box.top + box.height / 2;
      });
      const some = itemsOf(list).filter((other) => other !== one);
      const at = itemsOf(list).indexOf(one);
      if (at >= 0 && at === (before ? some.indexOf(before) : some.length)) return;
      put(one, list, before ?? null);
    }

    // On the document: a row that is put elsewhere loses whatever pointer it had captured.
    const ends = ["pointerup", "pointercancel"];
    function stop() {
      one.classList.remove("moving");
      document.removeEventListener("pointermove", over);
      for (const end of ends) document.removeEventListener(end, stop);
      if (placeOf(one) !== began) {
        tell(one);
        done(one);
      }
    }

    document.addEventListener("pointermove", over);
    for (const end of ends) document.addEventListener(end, stop);
  });
  return { step };
}
