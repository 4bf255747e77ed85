// Tells at once that a file is too large, or that all are together, before they are sent for nothing. The server asks
// all the same.
(() => {
  document.addEventListener("change", (event) => {
    const input = event.target.closest("input[type=file][data-most]");
    if (!input) return;
    const files = [...input.files];
    const large = files.filter((file) => file.size > Number(input.dataset.most));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const wrong = large.length ? large : total > Number(input.dataset.total) ? files : [];
    input.setCustomValidity(wrong.length ? `${input.dataset.words} ${wrong.map((file) => file.name).join(", ")}` : "");
    input.reportValidity();
  });
})();
