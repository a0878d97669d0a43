/** Which stages an edit has moved: the fewest whose lines, taken out, leave the others in the same order. */

export interface Moved {
  stage: string;
  /** "above X" or "to the end", before and now. */
  old: string;
  new: string;
}

export const rowsOf = (stages: readonly { as: string }[]): string[] => stages.map(({ as }) => as);

export function movedStages(before: readonly string[], now: readonly string[]): Moved[] {
  const [old, next] = [
    before.filter((name) => now.includes(name)),
    now.filter((name) => before.includes(name)),
  ];
  const kept = new Set(longestCommon(old, next));
  return next.filter((name) => !kept.has(name)).map((stage) => {
    return { stage, old: placeOf(stage, before), new: placeOf(stage, now) };
  });
}

function placeOf(name: string, all: readonly string[]): string {
  const below = all[all.indexOf(name) + 1];
  return below === undefined ? "the end" : `above ${below}`;
}

/** The longest common subsequence, by the textbook's table. */
function longestCommon(one: readonly string[], other: readonly string[]): string[] {
  const table = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      table[i][j] = one[i] === other[j]
        ? table[i + 1][j + 1] + 1
        : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  const found: string[] = [];
  for (let i = 0, j = 0; i < one.length && j < other.length;) {
    if (one[i] === other[j]) {
      found.push(one[i]);
      i++;
      j++;
    } else if (table[i + 1][j] >= table[i][j + 1]) i++;
    else j++;
  }
  return found;
}
