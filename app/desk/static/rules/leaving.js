// Nothing typed is lost: leaving with something unsaved asks, Ctrl+S saves, and the first fault has the focus.

import { form, typedIn } from "./controls.js";

const NOT_TYPED = new Set(["csrf_token"]);
let sent = false;

function written() {
  return JSON.stringify([...new FormData(form)].filter(([name]) => !NOT_TYPED.has(name)).map(([name, value]) => [name.replace(/-\d+-/, "-"), value]));
}

export function startLeaving() {
  const saved = form.hasAttribute("data-changed") ? "" : written();
  const note = form.querySelector("[data-unsaved]");
  const isChanged = () => written() !== saved;
  for (const kind of ["input", "change"]) form.addEventListener(kind, () => (note.hidden = !isChanged()));
  note.hidden = !isChanged();
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (sent) return void event.preventDefault(); // once is enough
    sent = true;
  });
  addEventListener("pageshow", () => (sent = false));
  addEventListener("beforeunload", (event) => {
    if (!sent && isChanged()) event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    document.activeElement?.blur?.(); // what is half typed in a picker is taken or given up first
    form.requestSubmit(form.querySelector("[data-save]"));
  });
  const first = form.querySelector('.rule-row.wrong [name]:not([type="hidden"]), [aria-invalid="true"]');
  typedIn(first)?.focus();
}
