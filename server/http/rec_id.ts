/**
 * The name of a list, `VERSION.VARIANT.HASH`: all that feedback must know of it, so that no server keeps lists.
 *
 * The same list for the same person and request has the same name, from whichever worker or cache it comes.
 */
import type { RecommendationList } from "../recommend/request.ts";

/** Stands for the version of lists that no model made. */
const POPULARITY = "popularity";
/** Stands for the variant where there are none. */
const NO_VARIANT = "-";

/** Longest text that can be one. */
export const LONGEST_REC_ID = 400;

export interface RecId {
  /** Null: popularity. */
  version: string | null;
  variant: string | null;
  /** In hex: of person, request and movies. */
  hash: string;
}

/** What a list was asked with: whatever tells two lists apart. */
export function recIdOf({ version, variant, items }: RecommendationList, asked: unknown): string {
  const text = JSON.stringify([asked, items.map(({ movie }) => movie)]);
  return `${segment(version ?? POPULARITY)}.${segment(variant ?? NO_VARIANT)}.${hash64(text)}`;
}

/** What `recIdOf()` wrote; null when `text` is nothing that it writes. */
export function readRecId(text: string): RecId | null {
  const [, version, variant, hash] = /^([^.]{1,200})\.([^.]{1,200})\.([0-9a-f]{2,64})$/.exec(text) ?? [];
  if (hash === undefined) return null;
  try {
    return {
      version: version === POPULARITY ? null : decodeURIComponent(version),
      variant: variant === NO_VARIANT ? null : decodeURIComponent(variant),
      hash,
    };
  } catch {
    // A "%" that no segment() wrote.
    return null;
  }
}

/** `text` without dots, and safe in addresses and headers. */
const segment = (text: string) => encodeURIComponent(text).replaceAll(".", "%2E");

/** Two 32-bit FNV-1a of different offsets, in hex: names of lists collide by chance once in 2³² of them. */
function hash64(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x2f3a6c1d;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 13;
  }
  return hex(a) + hex(b);
}

const hex = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
