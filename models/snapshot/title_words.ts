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
/** They stand within words, as in "Schindler's". */
const APOSTROPHES = /['’ʼ`]/g;
const [APOSTROPHE, BACKTICK] = [0x27, 0x60];
const [ZERO, NINE, A, Z, LAST_ASCII] = [0x30, 0x39, 0x61, 0x7a, 0x7f];

/** The words of `text`, in order: "Amélie's Café, The" → amelies, cafe, the. */
export function wordsOf(text: string): string[] {
  const lower = text.toLowerCase();
  return plainWordsOf(lower) ?? wordsOfAny(lower.replaceAll(APOSTROPHES, ""));
}

/** Most titles are ASCII without an apostrophe, and need no folding. Null: `lower` is none of these. */
function plainWordsOf(lower: string): string[] | null {
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i);
    if (code > LAST_ASCII || code === APOSTROPHE || code === BACKTICK) return null;
    const isPart = (code >= A && code <= Z) || (code >= ZERO && code <= NINE);
    if (isPart && start === -1) start = i;
    if (isPart || start === -1) continue;
    words.push(lower.slice(start, i));
    start = -1;
  }
  if (start !== -1) words.push(lower.slice(start));
  return words;
}

function wordsOfAny(lower: string): string[] {
  const folded = lower.normalize("NFKD").replaceAll(/\p{Mark}+/gu, "")
    .replaceAll(WHOLE_LETTERS, (letter) => WHOLE[letter]);
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}
