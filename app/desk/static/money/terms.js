// Adds and removes rows of a policy's decision table.
(() => {
  document.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-drop]");
    if (drop) return drop.closest("[data-row]").remove();
    const add = event.target.closest("[data-add-tier]");
    if (!add) return;
    const terms = add.closest("[data-terms]"), kind = add.dataset.addTier;
    const rows = terms.querySelector(`[data-rows-of="${kind}"]`);
    const taken = [...rows.querySelectorAll("input")].map((input) => Number((input.name.match(/-(\d+)-/) ?? [0, -1])[1]));
    const next = Math.max(-1, ...taken) + 1;
    const row = terms.querySelector(`template[data-blank="${kind}"]`).content.firstElementChild.cloneNode(true);
    for (const input of row.querySelectorAll("input")) input.name = input.name.replace("-N-", `-${next}-`);
    rows.append(row);
    row.querySelector("input").focus();
  });
})();
