/** The generated sample as MovieLens' files, so that an import reads what people have. */
import { join } from "node:path";
import { streamSample } from "../../tasks/import/sample.ts";

/** A folder with `ratings.csv` and `movies.csv` of `nRatings` ratings; disposing removes it. */
export async function sampleFiles(nRatings: number): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "matinee_bench_" });
  const { movies, blocks } = streamSample({ nRatings, seed: 1 });
  const rows = movies.map(({ movieId, title, genres }) => `${movieId},"${title}",${genres}\n`);
  await Deno.writeTextFile(join(path, "movies.csv"), `movieId,title,genres\n${rows.join("")}`);
  using file = await Deno.create(join(path, "ratings.csv"));
  const writer = file.writable.getWriter();
  const text = new TextEncoder();
  await writer.write(text.encode("userId,movieId,rating,timestamp\n"));
  for await (const { ratings: { n, userId, movieId, rating, ratedAt } } of blocks) {
    let lines = "";
    for (let i = 0; i < n; i++) {
      const stars = Number.isInteger(rating[i]) ? `${rating[i]}.0` : `${rating[i]}`;
      lines += `${userId[i]},${movieId[i]},${stars},${ratedAt[i]}\n`;
    }
    await writer.write(text.encode(lines));
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
