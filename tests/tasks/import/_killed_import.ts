/** Imports the sample as another process would, and dies by SIGKILL in the middle of a COPY. */
import { connect } from "../../../sql/db.ts";
import { importArchive } from "../../../tasks/import/archive.ts";
import { sampleSource } from "../../../tasks/import/sample.ts";

const [url, nRatings, chunkRows, nChunks] = Deno.args;
const pool = connect(url);
let begun = 0;

function* dying(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Generator<Uint8Array> {
  if (Symbol.asyncIterator in pieces) throw new TypeError("wanted bytes at hand");
  let piece = 0;
  for (const bytes of pieces) {
    if (++piece === 2 && begun > Number(nChunks)) {
      yield bytes.subarray(0, bytes.length >> 1);
      Deno.kill(Deno.pid, "SIGKILL");
    }
    yield bytes;
  }
}

const killing = {
  ...pool,
  transaction: <T>(body: Parameters<typeof pool.transaction<T>>[0]) =>
    pool.transaction((tx) =>
      body({
        ...tx,
        copyIn: (query, bytes) => {
          begun++;
          return tx.copyIn(query, dying(bytes));
        },
      })
    ),
};
await importArchive(killing, sampleSource({ nRatings: Number(nRatings), seed: 1 }), {
  chunkRows: Number(chunkRows),
});
