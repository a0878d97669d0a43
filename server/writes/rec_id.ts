/** What a list's `rec_id` says of it: `<version or popularity>.<variant or ->.<hash of who, what and when>`. */

export interface ListOrigin {
  /** Null: popularity. */
  version: string | null;
  /** Null: there were no variants. */
  variant: string | null;
}

const FORM = /^([^.]+)\.([^.]+)\.[0-9A-Za-z_-]+$/;
/** Longest text that can be one. */
export const LONGEST_REC_ID = 200;

/** Where the list of `recId` comes from; null when no server makes such an id. */
export function originOf(recId: string): ListOrigin | null {
  const [, version, variant] = FORM.exec(recId) ?? [];
  if (version === undefined) return null;
  return { version: version === "popularity" ? null : version, variant: variant === "-" ? null : variant };
}
