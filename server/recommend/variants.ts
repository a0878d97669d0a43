/**
 * Which variant of an experiment somebody is in: a stable hash of who they are, so that no table need remember it, and
 * every server and every later day gives the same answer.
 *
 *   u = hash32(salt, user_id) / 2³²,   salt = FNV-1a of the variants' names, sorted
 *
 * The variants take [0, share₁), [share₁, share₁ + share₂), … in the order of their names; whoever is left has the
 * champion. Other shares move only the people at the borders; another set of names is another experiment, for which
 * everybody is drawn anew. (hash32 is MurmurHash3's finaliser, Appleby 2011.)
 */
import { hash32 } from "../../models/rng.ts";

export interface Variant {
  name: string;
  /** Of the people, 0 to 1; all shares sum to at most 1. */
  share: number;
}

/** The group of those whom no variant takes. */
export const REMAINDER = "champion";

/** Null: there is no experiment, or nobody to be in it (a guest). */
export function variantOf<V extends Variant>(
  userId: number | null,
  variants: readonly V[],
): { name: string; variant: V | null } | null {
  if (userId === null || variants.length === 0) return null;
  const place = hash32(saltOf(variants), userId) / 2 ** 32;
  let end = 0;
  for (const variant of inOrder(variants)) {
    end += variant.share;
    if (place < end) return { name: variant.name, variant };
  }
  return { name: REMAINDER, variant: null };
}

/** Each group's share of the people, the remainder's included: what a sample-ratio check expects. */
export function sharesOf(variants: readonly Variant[]): Map<string, number> {
  const shares = new Map(inOrder(variants).map(({ name, share }) => [name, share]));
  const left = 1 - variants.reduce((sum, { share }) => sum + share, 0);
  // Shares as 0.1 add up to 1 but for their last bits.
  if (left > 1e-9) shares.set(REMAINDER, (shares.get(REMAINDER) ?? 0) + left);
  return shares;
}

const inOrder = <V extends Variant>(variants: readonly V[]): V[] =>
  variants.toSorted((a, b) => a.name < b.name ? -1 : 1);

const salts = new WeakMap<readonly Variant[], number>();

/** 32-bit FNV-1a (Fowler, Noll, Vo) over UTF-16 code units. */
function saltOf(variants: readonly Variant[]): number {
  let salt = salts.get(variants);
  if (salt !== undefined) return salt;
  salt = 0x811c9dc5;
  const text = inOrder(variants).map(({ name }) => name).join("\n");
  for (let i = 0; i < text.length; i++) salt = Math.imul(salt ^ text.charCodeAt(i), 0x01000193);
  salts.set(variants, salt >>>= 0);
  return salt;
}
