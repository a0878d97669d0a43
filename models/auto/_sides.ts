/** Which rows of train are asked about in validation, which stay, and which are in neither part. */
import { breathe } from "../breathe.ts";
import type { Dataset } from "../dataset.ts";
import { ASKED, cutInTime, isDrawn, keepPairsTogether, LEARNT, rowsByUser } from "../evaluation/splits.ts";
import { join, type Ratings } from "../ratings.ts";
import { createRng, hash32 } from "../rng.ts";
import type { Cut } from "./recognise.ts";

/** Where a row goes that is in neither part. */
const LEFT_OUT = 3;
/** Rows asked about below which none are left out for the sake of the share of newcomers. */
const FEWEST_ROWS = 1_000;

export interface SidesOptions {
  cut: Cut;
  seed: number;
  signal: AbortSignal;
}

/** The side of each row of `dataset`, in its order. */
export async function sidesOf(dataset: Dataset, { cut, seed, signal }: SidesOptions): Promise<Uint8Array> {
  const chunks: Ratings[] = [];
  for await (const chunk of dataset.ratings()) {
    chunks.push(chunk);
    await breathe(signal);
  }
  const ratings = join(chunks);
  const { ids } = dataset.users; // of all people, now that a pass is done
  const draw: Draw = (user, salt) => hash32(seed + salt, ids[user]);
  const sides = new Uint8Array(ratings.length);
  if (cut.kind === "time") cutInTime(ratings, sides, cut.share);
  else cutByPerson(ratings, sides, { cut, draw });
  keepPairsTogether(ratings, sides);
  thinNewcomers(ratings, sides, { wanted: cut.newRows, draw });
  return sides;
}

/** A person's number in [0, 2³²), another for each salt. */
type Draw = (user: number, salt: number) => number;

/** Whole people, as many as the question's are new; of the others, their rows as they were cut. */
function cutByPerson(ratings: Ratings, sides: Uint8Array, { cut, draw }: { cut: Cut; draw: Draw }): void {
  for (const [user, rows] of rowsByUser(ratings)) {
    if (isDrawn(draw(user, 1), cut.newPeople)) { for (const row of rows) sides[row] = ASKED; }
    else if (cut.kind !== "users" && isDrawn(draw(user, 2), cut.people)) {
      for (const row of taken(rows, cut, draw(user, 3))) sides[row] = ASKED;
    }
  }
}

/** Of one person's rows in arrival order, those to be asked about; at least one stays. */
function taken(rows: number[], cut: Cut, seed: number): number[] {
  const count = Math.min(rows.length - 1, cut.perPerson ?? Math.round(cut.share * rows.length));
  if (count <= 0) return [];
  if (cut.kind === "last") return rows.slice(-count);
  const rng = createRng(seed);
  for (let i = 0; i < count; i++) {
    const j = i + rng.below(rows.length - i);
    [rows[i], rows[j]] = [rows[j], rows[i]];
  }
  return rows.slice(0, count);
}

/**
 * Leaves out whole people until newcomers have the `wanted` share of the rows asked about: after an older cut there
 * are more of them than after a younger one, and they want another model.
 */
function thinNewcomers(
  { length, users }: Ratings,
  sides: Uint8Array,
  { wanted, draw }: { wanted: number; draw: Draw },
): void {
  const known = new Set<number>();
  for (let row = 0; row < length; row++) if (sides[row] === LEARNT) known.add(users[row]);
  let [warm, cold] = [0, 0];
  for (let row = 0; row < length; row++) {
    if (sides[row] === ASKED && known.has(users[row])) warm++;
    else if (sides[row] === ASKED) cold++;
  }
  if (cold === 0 || warm === 0 || warm + cold < FEWEST_ROWS) return;
  const odds = Math.min(999, Math.max(0.001, wanted / (1 - wanted))); // newcomers' rows to a row of the others
  const isColdThinned = cold > odds * warm;
  const kept = isColdThinned ? odds * warm / cold : cold / odds / warm;
  for (let row = 0; row < length; row++) {
    if (sides[row] !== ASKED || known.has(users[row]) === isColdThinned) continue;
    if (!isDrawn(draw(users[row], 4), kept)) sides[row] = LEFT_OUT;
  }
}
