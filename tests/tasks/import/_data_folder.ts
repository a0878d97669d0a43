/** Files for one test, in a folder of their own. */
import { join } from "node:path";

export interface DataFolder extends AsyncDisposable {
  path: string;
}

/** A new folder with `files`, by path inside it; disposing of it removes it. */
export async function dataFolder(files: Record<string, string | Uint8Array>): Promise<DataFolder> {
  const path = await Deno.makeTempDir({ prefix: "matinee import " });
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.mkdir(join(path, name, ".."), { recursive: true });
    await Deno.writeFile(join(path, name), bytes);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

export const HEADER = "userId,movieId,rating,timestamp";
export const MOVIES = "movieId,title,genres\n1,Toy Story (1995),Comedy|Animation\n2,Heat (1995),Action\n";

/** The lines of a ratings.csv. */
export function ratingsCsv(lines: readonly string[], { end = "\n" }: { end?: string } = {}): string {
  return [HEADER, ...lines, ""].join(end);
}

/** `text` with one byte a character. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export async function gzipped(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** The MovieLens data beside the checkout; null, with a plain message, where there are none. */
export function mlLatestSmall(): string | null {
  const path = decodeURIComponent(
    new URL("../../../../shared/data/ml-latest-small", import.meta.url).pathname,
  );
  try {
    return Deno.statSync(path).isDirectory ? path : null;
  } catch {
    return null;
  }
}
