// What every part of the editors stands on: elements, the two languages, questions to the server, words for a screen reader.

export const korean = document.documentElement.lang !== "en";
export const say = (ko, en) => (korean ? ko : en);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// The answer as JSON, or null when there is none: whoever asks says so in place.
export async function ask(url, values, more = {}) {
  const to = new URL(url, location.href);
  for (const [name, value] of Object.entries(values ?? {})) to.searchParams.set(name, value);
  try {
    const answer = await fetch(to, { headers: { Accept: "application/json" }, ...more });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

export function later(act, wait) {
  let soon;
  return (...given) => {
    clearTimeout(soon);
    soon = setTimeout(() => act(...given), wait);
  };
}

const told = make("div", { class: "unseen", role: "status", "aria-live": "polite" });
document.body.append(told);

export function announce(words) {
  told.textContent = words;
}

// As if a person had typed it: everything that listens hears of it.
export function changed(control) {
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
