/** Titles as words to be searched: folded, so that case, accents and apostrophes are nobody's concern. */

/** Letters that Unicode does not take apart into a base and an accent. */
const WHOLE: Readonly<Record<string, string>> = {
  "ß": "ss",
  "æ": "ae",
  "œ": "oe",
  "ø": "o",
  "đ": "d",
  "ð": "d",
  "ł": "l",
  "þ": "th",
  "ı": "i",
};
const WHOLE_LETTERS = new RegExp(`[${Object.keys(WHOLE).join("")}]`, "g");
// deno-lint-ignore no-control-regex -- ASCII is most of every catalogue, and needs no folding
const ASCII = /^[\x00-\x7f]*$/;

/** The words of `text`, in order: "Amélie's Café, The" → amelies, cafe, the. */
export function wordsOf(text: string): string[] {
  const lower = text.toLowerCase().replaceAll(/['’ʼ`]/g, "");
  if (ASCII.test(lower)) return lower.match(/[a-z0-9]+/g) ?? [];
  const folded = lower.normalize("NFKD").replaceAll(/\p{Mark}+/gu, "")
    .replaceAll(WHOLE_LETTERS, (letter) => WHOLE[letter]);
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Whether one letter more, less, other, or two swapped neighbours make `b` of `a`; false for equal words. */
export function isOneTypo(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let head = 0;
  while (head < short.length && short.charCodeAt(head) === long.charCodeAt(head)) head++;
  let tail = 0;
  const most = short.length - head;
  while (
    tail < most && short.charCodeAt(short.length - 1 - tail) === long.charCodeAt(long.length - 1 - tail)
  ) tail++;
  const differing = long.length - head - tail;
  if (differing === 1) return true;
  return differing === 2 && short.length === long.length && short[head] === long[head + 1] &&
    short[head + 1] === long[head];
}
