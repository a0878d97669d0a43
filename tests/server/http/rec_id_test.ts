import assert from "@std/assert";
import fc from "fast-check";
import { readRecId, recIdOf } from "../../../server/http/rec_id.ts";
import type { RecommendationList } from "../../../server/recommend/request.ts";

function list(given: Partial<RecommendationList> = {}, movies = [3, 1, 2]): RecommendationList {
  return {
    version: "v1",
    source: "als",
    path: "model",
    variant: null,
    items: movies.map((movie) => ({ movie, retrievalScore: 1, rankingScore: 1 })),
    dropped: { seen: 0, hidden: 0, excluded: 0 },
    ...given,
  };
}

Deno.test("recIdOf() says which version and variant made a list", () => {
  assert.match(recIdOf(list(), [7]), /^v1\.-\.[0-9a-f]{16}$/);
  assert.match(recIdOf(list({ version: null, variant: "b" }), [7]), /^popularity\.b\.[0-9a-f]{16}$/);
});

Deno.test("recIdOf() is the same for the same list, and another for any other", () => {
  const all = [
    recIdOf(list(), [7]),
    recIdOf(list(), [8]),
    recIdOf(list(), [7, { n: 3 }]),
    recIdOf(list({}, [1, 3, 2]), [7]),
    recIdOf(list({ version: "v2" }), [7]),
    recIdOf(list({ variant: "b" }), [7]),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.equal(recIdOf(list({ path: "fold_in" }), [7]), all[0]);
});

Deno.test("recIdOf() gives 10⁵ people 10⁵ names", () => {
  const one = list();
  assert.equal(new Set(Array.from({ length: 100_000 }, (_, user) => recIdOf(one, [user]))).size, 100_000);
});

Deno.test("readRecId() reads what recIdOf() wrote, whatever the names", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 })
    .filter((text) => text !== "popularity" && text !== "-" && text.isWellFormed());
  fc.assert(fc.property(fc.option(name), fc.option(name), (version, variant) => {
    const read = readRecId(recIdOf(list({ version, variant }), []));
    assert.deepEqual([read?.version, read?.variant], [version, variant]);
  }));
});

Deno.test("readRecId() is null for anything else", () => {
  for (
    const text of ["", "v1", "v1.-", "v1.-.xyz", "v1.-.0123456789abcdeF", "%.-.0123456789abcdef", "a.b.c.d"]
  ) {
    assert.equal(readRecId(text), null, text);
  }
});
