import assert from "@std/assert";
import { soundRows } from "../../../tasks/polars/sound_rows.ts";

Deno.test("soundRows() takes a catalogue of any size", async () => {
  const movies = Array.from({ length: 300_000 }, (_, i) => i);
  const args = { limits: [0, 0], checks: [], batch: 0, lane: "import", block: 1_000 };
  const parts: Uint8Array[] = [];
  // A COPY of no rows: signature, flags, extension, end.
  const header = new Uint8Array([
    ...new TextEncoder().encode("PGCOPY\n"),
    0xff,
    13,
    10,
    0,
    ...Array(8).fill(0),
  ]);
  const raw = ReadableStream.from([header, new Uint8Array([0xff, 0xff])]);
  for await (
    const bytes of soundRows(raw, { movies, args, refuse: () => Promise.resolve(), judged() {} })
  ) parts.push(bytes);
  assert.ok(parts.reduce((sum, { length }) => sum + length, 0) < 100, "no rows");
});
