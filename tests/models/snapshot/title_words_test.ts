import assert from "@std/assert";
import { wordsOf } from "../../../models/snapshot/title_words.ts";

Deno.test("wordsOf() keeps letters of every script, and numbers", () => {
  assert.deepEqual(wordsOf("Crouching Tiger (Wo hu cang long) 臥虎藏龍 2: Straße"), [
    "crouching",
    "tiger",
    "wo",
    "hu",
    "cang",
    "long",
    "臥虎藏龍",
    "2",
    "strasse",
  ]);
});
