/** The words by which the hybrid's step is told sizes, addresses and rates: by name here, by place in wasm. */

// In the order of the words in assembly/hybrid_words.ts.
// deno-fmt-ignore
const WORDS = [
  "userInputs", "movieInputs", "hidden", "width", "split", "shard", "extra", "length", "dense", "denseGradients",
  "denseLength", "denseFirst", "denseSecond", "userX", "movieX", "userRows", "movieRows", "base", "stars", "weights",
  "logQ", "bagStarts", "bagRows", "bagFirst", "bagSecond", "bagSources", "userGradients", "movieGradients", "losses",
  "predicted", "dots", "isTraining", "nShards", "ratingScale", "softmaxScale", "rate",
  "ratingRate", "epsilon", "denseDecay", "denseRates", "dropBelow", "keptScale", "seed", "tables",
] as const;
// deno-fmt-ignore
const TABLE_WORDS = [
  "values", "firstMoment", "secondMoment", "nRows", "refs", "nRefs", "order", "touched", "counts", "sources", "first",
  "second", "gradients", "met", "firstDecay", "secondDecay",
] as const;

export type WordName = typeof WORDS[number];
export type TableWord = typeof TABLE_WORDS[number];

export const TABLES = 3;

type Values<Name extends string> = Partial<Record<Name, number | ArrayBufferView>>;

/** Room for all words; a view stands for its address. */
export function openWords(integers: (n: number) => Int32Array) {
  const words = integers(WORDS.length - 1 + TABLES * TABLE_WORDS.length);
  const numbers = new Float32Array(words.buffer, words.byteOffset, words.length);
  const entries = <Name extends string>(values: Partial<Record<Name, unknown>>) =>
    Object.entries(values) as [Name, number | ArrayBufferView][];
  const placeOf = (name: WordName) => WORDS.indexOf(name);
  const placeIn = (table: number, name: TableWord) =>
    WORDS.length - 1 + table * TABLE_WORDS.length + TABLE_WORDS.indexOf(name);
  const whole = (value: number | ArrayBufferView) => typeof value === "number" ? value : value.byteOffset;
  return {
    address: words.byteOffset,
    set(values: Values<WordName>) {
      for (const [name, value] of entries(values)) words[placeOf(name)] = whole(value);
    },
    setNumbers(values: Partial<Record<WordName, number>>) {
      for (const [name, value] of entries(values)) numbers[placeOf(name)] = whole(value);
    },
    setTable(table: number, values: Values<TableWord>) {
      for (const [name, value] of entries(values)) words[placeIn(table, name)] = whole(value);
    },
    setTableNumbers(table: number, values: Partial<Record<TableWord, number>>) {
      for (const [name, value] of entries(values)) numbers[placeIn(table, name)] = whole(value);
    },
  };
}
