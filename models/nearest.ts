/** "Did you mean": the name that a typing slip most likely stood for. */

/**
 * The name in `names` with the fewest edits (insert, delete, replace, swap of neighbours) from `word`: none in a letter, one in a short
 * word, three in a long one at most; undefined when none is so near. The first of equals wins.
 */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  let least = 1 + (word.length < 2 ? 0 : word.length < 5 ? 1 : word.length < 7 ? 2 : 3);
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= least) continue;
    const edits = editDistance(lower, name.toLowerCase());
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** Optimal string alignment distance; O(|a|·|b|), so callers bound the lengths. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, above[j] + 1, row[j - 1] + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) row[j] = Math.min(row[j], older[j - 2] + 1);
    }
    [older, above] = [above, row];
  }
  return above[b.length];
}
