// Brings in what has changed, once a second while someone looks, and leaves alone whatever is being typed.
(() => {
  "use strict";
  const pause = 1000;
  const longest = 15000;
  let wait = pause;

  const open = (part) => new Set([...part.querySelectorAll("details[open]")].map((one) => one.dataset.delivery));

  function put(fresh) {
    let changed = false;
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (!next || next.innerHTML === part.dataset.seen) continue;
      const kept = open(part);
      part.dataset.seen = next.innerHTML;
      part.innerHTML = next.innerHTML;
      for (const one of part.querySelectorAll("details")) one.open = kept.has(one.dataset.delivery);
      changed = true;
    }
    return changed;
  }

  async function look() {
    if (!document.hidden) {
      try {
        const reply = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
        if (reply.ok) {
          put(new DOMParser().parseFromString(await reply.text(), "text/html"));
          wait = pause;
        }
      } catch {
        wait = Math.min(wait * 2, longest);
      }
    }
    setTimeout(look, wait);
  }

  if (document.querySelector("[data-live]")) {
    for (const part of document.querySelectorAll("[data-live]")) part.dataset.seen = part.innerHTML;
    setTimeout(look, wait);
  }

  // On a phone the menu scrolls sideways: the place one is at stays in sight.
  document.querySelector(".top nav .on")?.scrollIntoView({ inline: "center", block: "nearest" });

  // Of a fault only the fields that belong to the chosen kind are shown.
  const kind = document.querySelector("#fault [name=kind]");
  function fit() {
    for (const part of document.querySelectorAll("#fault [data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(kind.value);
    }
  }
  if (kind) {
    kind.addEventListener("change", fit);
    fit();
  }
})();
