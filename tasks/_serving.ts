/** The manifest's `serving`, as a snapshot carries it: model names become versions, artifacts and their hashes. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ServedVersion, ServingOptions, ServingSettings } from "../models/snapshot/serving_settings.ts";
import { servingIn } from "../models/snapshot/snapshot.ts";
import { loadArtifact } from "./_artifacts.ts";
import { nearest } from "../models/nearest.ts";
import type { TaskContext } from "./runner/task.ts";

type World = Pick<TaskContext, "db" | "artifacts" | "log">;

interface Served {
  /** The champion's version; null: there is none. */
  champion: string | null;
  /** That the archive has. */
  genres: readonly string[];
}

/**
 * Settings with the versions of now. What no version stands for yet, or any more, is left out and said as a warning:
 * whom it was meant for gets the champion, and the day goes on. So does one that compares the champion with itself.
 */
export async function resolveServing(
  world: World,
  { variants, shadow, hide }: ServingOptions,
  { champion, genres }: Served,
): Promise<ServingSettings> {
  const settings: ServingSettings = { variants: [], shadow: null, hide: { movies: [], genres: [] } };
  const versionOf = async (model: string, what: string) => {
    const found = await versionNamed(world, model, what);
    // Named as the champion, it is meant to be.
    if (found?.version === champion && model !== "champion") {
      world.log.warn(
        `${what} compares the champion with itself: "${model}" is version ${champion}, as everybody else gets. ` +
          "Next: name another model, or champion if that is meant",
      );
    }
    return found;
  };
  for (const [name, { model, share }] of Object.entries(variants)) {
    const found = await versionOf(model, `variant "${name}"`);
    if (found) settings.variants.push({ name, share, ...found });
  }
  if (shadow) {
    const found = await versionOf(shadow.model, "the shadow");
    if (found) settings.shadow = { share: shadow.share, ...found };
  }
  for (const genre of hide.genres) {
    const reason = unknownGenre(genre, genres);
    if (reason !== null) world.log.warn(`serving.hide.genres names "${genre}", ${reason}`);
  }
  settings.hide = { movies: [...hide.movies], genres: [...hide.genres] };
  return settings;
}

async function versionNamed(
  { db, artifacts, log }: World,
  model: string,
  what: string,
): Promise<ServedVersion | null> {
  const leaveOut = (reason: string) => {
    log.warn(`${what} is left out: ${reason}. Its people get the champion. Next: deno task models list`);
    return null;
  };
  const row = await db.row<Omit<ServedVersion, "sha256">>("publish/named_version", [model]);
  if (row === undefined) {
    return leaveOut(model === "champion" ? "there is no champion yet" : `the registry has no "${model}"`);
  }
  try {
    const bytes = await loadArtifact(artifacts, row.artifact);
    return { ...row, sha256: createHash("sha256").update(bytes).digest("hex") };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return leaveOut(`"${row.artifact}" is gone`);
    if (error instanceof SyntaxError) return leaveOut(error.message);
    throw error;
  }
}

/** Bytes that a snapshot's header surely fits in. */
const HEADER_ROOM = 1 << 20;

/** The settings that a snapshot's file carries; null: it is gone, or no snapshot of today. */
export async function servingOf(artifacts: string, snapshot: string): Promise<ServingSettings | null> {
  const first = new Uint8Array(HEADER_ROOM);
  try {
    using file = await Deno.open(join(artifacts, snapshot));
    return servingIn(first.subarray(0, await file.read(first) ?? 0));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What is wrong with hiding `genre`, which may be a slip or yet to come; null: nothing. */
function unknownGenre(genre: string, genres: readonly string[]): string | null {
  if (genres.includes(genre)) return null;
  const meant = nearest(genre, genres);
  return "which no movie of the archive has" + (meant ? ` (did you mean "${meant}"?)` : "");
}

/** What of `serving` a plan says: nothing, where nothing is set. `genres` are the archive's; null: there is none yet. */
export function servingInWords(
  { variants, shadow, hide }: ServingOptions,
  genres: readonly string[] | null,
): string[] {
  const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;
  const { movies } = hide;
  const unknown = (genre: string) => genres && unknownGenre(genre, genres);
  const hidden = [
    ...movies.length > 0 ? [movies.length === 1 ? "1 movie" : `${movies.length} movies`] : [],
    ...hide.genres.filter((genre) => unknown(genre) === null),
  ];
  return [
    ...Object.entries(variants).map(([name, { model, share }]) =>
      `variant ${name}: ${model} for ${percent(share)}`
    ),
    ...shadow ? [`${shadow.model} in the shadow of ${percent(shadow.share)}`] : [],
    ...hidden.length > 0 ? [`${hidden.join(", ")} hidden`] : [],
    ...hide.genres.flatMap((genre) => {
      const reason = unknown(genre);
      return reason === null ? [] : [`"${genre}" is to be hidden, ${reason}`];
    }),
  ];
}
