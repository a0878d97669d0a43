/** Standard input and output of a Polars program: CSV without a header, as PostgreSQL's COPY reads and writes it. */
import { Buffer } from "node:buffer";
import pl from "nodejs-polars";

/** All of standard input as a frame; an empty one when nothing comes. */
export async function readFrame(schema: Record<string, pl.DataType>): Promise<pl.DataFrame> {
  const bytes = Buffer.from(await new Response(Deno.stdin.readable).arrayBuffer());
  return pl.readCSV(bytes, { hasHeader: false, schema, raiseIfEmpty: false });
}

/** Writes `frame` to standard output. Times need Datetime("us") columns and come out in UTC. */
export async function writeFrame(frame: pl.DataFrame): Promise<void> {
  const bytes = frame.writeCSV({ includeHeader: false, datetimeFormat: "%Y-%m-%dT%H:%M:%S%.6fZ" });
  await new Response(new Uint8Array(bytes)).body?.pipeTo(Deno.stdout.writable);
}
