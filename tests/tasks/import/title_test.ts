import assert from "@std/assert";
import fc from "fast-check";
import { parseTitle } from "../../../tasks/import/title.ts";

const TITLES: [string, string, number | null][] = [
  ["Toy Story (1995)", "Toy Story", 1995],
  ["Usual Suspects, The (1995)", "The Usual Suspects", 1995],
  ["American President, The (1995)", "The American President", 1995],
  ["Bug's Life, A (1998)", "A Bug's Life", 1998],
  ["Officer and a Gentleman, An (1982)", "An Officer and a Gentleman", 1982],
  ["Misérables, Les (1995)", "Les Misérables", 1995],
  ["Boot, Das (Boat, The) (1981)", "Das Boot (The Boat)", 1981],
  ["Postman, The (Postino, Il) (1994)", "The Postman (Il Postino)", 1994],
  [
    "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
    "The City of Lost Children (La Cité des enfants perdus)",
    1995,
  ],
  ["Avventura, L' (Adventure, The) (1960)", "L'Avventura (The Adventure)", 1960],
  ["Thirteen Ghosts (a.k.a. Ghosts, The) (2001)", "Thirteen Ghosts (a.k.a. The Ghosts)", 2001],
  [
    "Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)",
    "The Good, the Bad and the Ugly (Il Buono, il brutto, il cattivo)",
    1966,
  ],
  ["2001: A Space Odyssey (1968)", "2001: A Space Odyssey", 1968],
  ["1984 (Nineteen Eighty-Four) (1984)", "1984 (Nineteen Eighty-Four)", 1984],
  ["From Dusk Till Dawn 2: Texas Blood Money (1999) ", "From Dusk Till Dawn 2: Texas Blood Money", 1999],
  ["Death Note: Desu nôto (2006–2007)", "Death Note: Desu nôto", 2006],
  ["Big Bang Theory, The (2007-)", "The Big Bang Theory", 2007],
  ["Diplomatic Immunity (2009– )", "Diplomatic Immunity", 2009],
  ["Babylon 5", "Babylon 5", null],
  ["Moonlight", "Moonlight", null],
  ["OA, The", "The OA", null],
  ["I, Robot (2004)", "I, Robot", 2004],
  ["Monster, Inc. (2001)", "Monster, Inc.", 2001],
  ["Movie (3001)", "Movie (3001)", null],
  ["(1995)", "(1995)", null],
];

for (const [text, title, year] of TITLES) {
  Deno.test(`parseTitle() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseTitle(text), { title, year });
  });
}

Deno.test("parseTitle() keeps the letters of any title and any year of cinema", () => {
  const letters = (text: string) => [...text.replace(/[\s,]/g, "")].sort().join("");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1878, max: 2100 }), (name, year) => {
      const parsed = parseTitle(`${name}x (${year})`);
      assert.equal(parsed.year, year);
      assert.equal(letters(parsed.title), letters(`${name}x`));
    }),
  );
});
