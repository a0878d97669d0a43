import assert from "@std/assert";
import { printable, printableLine } from "../../../tasks/runner/_printable.ts";
import { storyLines } from "../../../tasks/runner/history/report.ts";

const ATTACK = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202egpj\u2028x";
const SHOWN = "\\x1b]0;owned\\x07\\x1b[2J\\x0d\\x9b31m\\u202egpj\\u2028x";

Deno.test("printable() writes out what could command a terminal, and nothing else", () => {
  assert.equal(printable(ATTACK), SHOWN);
  for (const text of ["Amélie (2001)\n\tCafé", "千と千尋の神隠し", "🎬 <b>&amp;</b> ✓ ─"]) {
    assert.equal(printable(text), text);
  }
  assert.equal(printableLine("a\nb\tc"), "a\\nb c");
});

Deno.test("storyLines() shows any title harmlessly, on its line", () => {
  const lines = storyLines({
    user_id: 1,
    loved: [{ title: ATTACK, year: 1999, rating: 5 }],
    recommended: [{ title: "A\nforged line", year: null }],
  });
  assert.equal(lines.length, 4);
  assert.ok(lines[3].startsWith(`${SHOWN} (1999) 5.0`));
  assert.ok(lines[3].endsWith("A\\nforged line"));
});
