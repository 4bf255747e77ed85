// A shown result is a seen one: the page says so by itself, its button where this does not run.
(() => {
  const form = document.querySelector("[data-seen=no]");
  if (!form) return;
  const said = () => fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
  const shown = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", shown);
    said().then(() => {
      form.dataset.seen = "yes";
    });
  };
  document.addEventListener("visibilitychange", shown);
  shown();
})();
