// Keeps the quote beside a refund form in step with what is typed. Without it the button "compute" does the same.
(() => {
  const panel = document.querySelector("[data-quote]");
  const form = document.querySelector("form[data-form]");
  if (!panel || !form) return;
  const asks = ["booking", "reason", "at", "extent"];
  let last = "", waiting = 0, asked = 0;
  const ask = async () => {
    const typed = new FormData(form);
    const query = new URLSearchParams(asks.map((name) => [name, typed.get(name) ?? ""])).toString();
    if (query === last) return;
    last = query;
    const mine = ++asked;
    const reply = await fetch(`${panel.dataset.quote}?${query}`, { headers: { "X-Requested-With": "fetch" } });
    if (reply.ok && mine === asked) panel.innerHTML = await reply.text();
  };
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(ask, 250); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
})();
