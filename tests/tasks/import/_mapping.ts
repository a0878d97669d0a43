/** Mappings for tests: what a manifest without any key but `path` says, and one's own on top. */
import { join } from "node:path";
import { mappedSource } from "../../../tasks/import/mapped.ts";
import type { SourceMapping } from "../../../tasks/import/mapping.ts";
import { type DataFolder, dataFolder } from "./_data_folder.ts";

export function mappingOf(path: string, own: Partial<SourceMapping> = {}): SourceMapping {
  const columns = { user_id: "user_id", movie_id: "movie_id", rating: "rating", rated_at: "rated_at" };
  return { path, format: "auto", columns, timeForm: null, isImplicit: false, ...own };
}

/** A file of `lines` as a source, in a folder that goes with the disposal. */
export async function mappedFile(
  lines: readonly string[] | Uint8Array,
  own: Partial<SourceMapping> & { name?: string } = {},
) {
  const { name = "ratings.csv", ...mapping } = own;
  const content = lines instanceof Uint8Array ? lines : lines.join("\n") + "\n";
  const folder: DataFolder = await dataFolder({ [name]: content });
  return {
    folder,
    source: mappedSource(mappingOf(join(folder.path, name), mapping)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Every rating as "user movie stars seconds line", ids as people know them. */
export async function ratingsOf(source: ReturnType<typeof mappedSource>): Promise<string[]> {
  const { ratings, keys } = await source.read();
  return Array.from({ length: ratings.n }, (_, i) =>
    [
      keys?.users?.key(ratings.userId[i]) ?? ratings.userId[i],
      keys?.movies?.key(ratings.movieId[i]) ?? ratings.movieId[i],
      ratings.rating[i],
      ratings.ratedAt[i],
      ratings.line[i],
    ].join(" "));
}
