// The board asks how things stand every few seconds; while somebody is choosing in it, it holds still.
(() => {
  const place = document.querySelector("[data-board]");
  if (!place) return;
  const ask = async () => {
    if (document.hidden || place.querySelector("select:focus, button:focus")) return;
    const answer = await fetch(place.dataset.board, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const told = await answer.text();
    if (!place.querySelector("select:focus, button:focus")) place.innerHTML = told;
  };
  setInterval(ask, 4000);
})();
