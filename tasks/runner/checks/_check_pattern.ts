/** The regular expressions of `matches`: what PostgreSQL and Polars read alike, and neither can take for ever over. */

/**
 * What keeps `pattern` from being one; undefined when nothing does.
 *
 * Left out are back references and looking around (they can take exponential time, and Polars has none), what the two
 * read differently (`\b`, `(?…)` options, classes within classes), and counts that PostgreSQL refuses.
 */
export function patternFault(pattern: string): string | undefined {
  const bare = pattern.replaceAll(/\\[^A-Za-z0-9]/g, "_");
  const odd = ODD.find(({ form }) => form.test(bare));
  if (odd !== undefined) return `a regular expression without ${odd.name}`;
  const count = [...bare.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flat().some((digits) => Number(digits) > 255);
  if (count) return "a regular expression that repeats at most 255 times";
  try {
    new RegExp(pattern, "u");
    return undefined;
  } catch (error) {
    return `a regular expression: ${(error as SyntaxError).message.replace(/^.*: /, "")}`;
  }
}

const ODD = [
  { form: /\\[1-9]|\\k/, name: "back references such as \\1" },
  { form: /\(\?(?!:)/, name: "(?…) groups other than (?:…)" },
  { form: /\\[^dDsSwWtnr_]/, name: "escapes other than \\d \\s \\w \\D \\S \\W \\t \\n \\r and signs" },
  { form: /\[[^\]]*(?:\[|&&|--|~~)/, name: "classes within classes" },
  { form: /^\*/, name: "a * in front" },
  { form: /\0/, name: "a zero character" },
];
