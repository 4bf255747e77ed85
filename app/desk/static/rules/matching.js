// How well a name answers what was typed; the same as app/macros/matching.py. "ㅎㅂ" finds 환불.

const FIRST = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const folded = (text) => text.normalize("NFC").toLowerCase();

export function consonants(text) {
  return [...text]
    .map((letter) => {
      const place = letter.codePointAt(0) - 0xac00;
      return place >= 0 && place < 11172 ? FIRST[Math.floor(place / 588)] : letter;
    })
    .join("");
}

// 0 is best; -1 when it does not answer.
export function rank(query, text) {
  const wanted = folded(query.trim());
  const name = folded(text);
  if (!wanted) return 0;
  const at = name.indexOf(wanted);
  if (at === 0) return 0;
  if (at > 0) return /[\p{L}\p{N}]/u.test(name[at - 1]) ? 2 : 1;
  if ([...wanted].every((letter) => FIRST.includes(letter) || letter === " ") && consonants(name).includes(wanted)) return 3;
  const parts = wanted.split(/\s+/);
  return parts.length > 1 && parts.every((part) => name.includes(part)) ? 4 : -1;
}

// Those that answer, best first, in their order among equals. Each has a label, and `also` for other names of it.
export function best(query, some) {
  return some
    .map((one, place) => {
      const ranks = [one.label, ...(one.also ?? [])].map((name) => rank(query, name)).filter((found) => found >= 0);
      return { one, place, found: ranks.length ? Math.min(...ranks) : -1 };
    })
    .filter(({ found }) => found >= 0)
    .sort((left, right) => left.found - right.found || left.place - right.place)
    .map(({ one }) => one);
}
