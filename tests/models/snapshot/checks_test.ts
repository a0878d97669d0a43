import assert from "@std/assert";
import { decode, encode, type TypedArray } from "../../../models/container.ts";
import { encodeSnapshot, openSnapshot } from "../../../models/snapshot/snapshot.ts";
import { snapshotParts } from "../../support/snapshot.ts";

const DAMAGES: Record<
  string,
  { column: string; spoil: (column: TypedArray) => TypedArray; message: RegExp }
> = {
  "a title word of a movie that is not there": {
    column: "title_word_movies",
    spoil: (movies) => movies.with(4, 60),
    message: /movies of title words should be below 60: found 60/,
  },
  "movies of title words that end early": {
    column: "title_word_movies",
    spoil: (movies) => movies.slice(1),
    message: /offsets of title words should span/,
  },
  "movies of more title words than there are": {
    column: "title_word_offsets",
    spoil: (offsets) => Uint32Array.of(...offsets, offsets.at(-1)!),
    message: /entries in offsets of title words/,
  },
  "no title word's beginning": {
    column: "title_word_starts",
    spoil: () => new Uint32Array(0),
    message: /entries in offsets of title words/,
  },
  "a title word that begins within the one before": {
    column: "title_word_starts",
    spoil: (starts) => starts.with(1, 5),
    message: /title word 1 should begin at 8: found 5/,
  },
  "title words that end early": {
    column: "title_words",
    spoil: (bytes) => bytes.slice(0, -1),
    message: /title words should end at \d+: found \d+/,
  },
  "title words that are no text": {
    column: "title_words",
    spoil: (bytes) => bytes.with(1, 0xff),
    message: /should have title words in UTF-8: found/,
  },
  "a title word too many": {
    column: "title_words",
    spoil: (bytes) => Uint8Array.of(...bytes, ...new TextEncoder().encode("more\n")),
    message: /title words should end at \d+: found \d+/,
  },
  "too few lengths of titles": {
    column: "title_lengths",
    spoil: (lengths) => lengths.slice(1),
    message: /should have 60 entries in lengths of titles: found 59/,
  },
};

for (const [name, { column, spoil, message }] of Object.entries(DAMAGES)) {
  Deno.test(`openSnapshot() refuses ${name}`, () => {
    const { header, arrays } = decode(encodeSnapshot(snapshotParts()));
    const damaged = encode({ header, arrays: { ...arrays, [column]: spoil(arrays[column]) } });
    assert.throws(() => openSnapshot(damaged), { name: "SyntaxError", message });
  });
}
