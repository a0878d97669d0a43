/**
 * Polars program: ids and their vectors as a Parquet file.
 *
 * Arguments: the id's column, the number of rows n, the vectors' length d, and 1 where keys follow.
 *
 * In:   n ids (int32), n × d values (float32), then a JSON array of n keys: what the ids are called outside.
 * Out:  the file: id, key (only where there are some), embedding (list of float32).
 */
import pl from "nodejs-polars";

const [name, ...sizes] = Deno.args;
const [n, d, hasKeys] = sizes.map(Number);
const bytes = new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
const vectorsAt = 4 * n;
const keysAt = vectorsAt + 4 * n * d;

const ids = new Int32Array(bytes.buffer, 0, n);
const values = new Float32Array(bytes.buffer, vectorsAt, n * d);
const rows = Array.from({ length: n }, (_, i) => Array.from(values.subarray(i * d, (i + 1) * d)));
const keys: string[] | null = hasKeys ? JSON.parse(new TextDecoder().decode(bytes.subarray(keysAt))) : null;

const frame = pl.DataFrame([
  pl.Series(name, ids, pl.Int32),
  ...(keys === null ? [] : [pl.Series("key", keys, pl.Utf8)]),
  pl.Series("embedding", rows, pl.List(pl.Float32)),
]);
// Without a path, the file's bytes come back; its types know nothing of that.
const file = frame.writeParquet({ compression: "zstd" } as never) as unknown as Uint8Array;
for (let at = 0; at < file.length;) at += Deno.stdout.writeSync(file.subarray(at));
