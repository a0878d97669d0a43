/** The version that a person names: all of its 16 digits, a beginning that no other has, or its role. */
import type { Db } from "../../sql/db.ts";
import { nearest } from "../../models/nearest.ts";
import { UsageError } from "../runner/errors.ts";
import type { VersionRow } from "../_versions.ts";

/** A version with what the registry lists of it. */
export type ListedVersion = VersionRow & {
  /** Label of the run that trained it. */
  day: string;
  /** When it last became champion; null: it never did. */
  promoted_at: Date | null;
};

/** Digits below which a beginning is an accident. */
const FEWEST_DIGITS = 4;
/** Versions that an error lists at most. */
const SHOWN = 5;

/** Every version, newest first. */
export async function listVersions(db: Db): Promise<ListedVersion[]> {
  return await db.rows<ListedVersion>("registry/list_versions");
}

/**
 * The version that `name` stands for: `champion`, or its hash, of which the first four digits do where they are unique.
 *
 * @throws {UsageError} when no version, or more than one, is so named.
 */
export async function findVersion(db: Db, name: string): Promise<ListedVersion> {
  const known = await listVersions(db);
  const isMeant = ({ version, status }: ListedVersion) =>
    name === "champion" ? status === name : version === name || isBeginning(name, version);
  const found = known.filter(isMeant);
  if (found.length === 1) return found[0];
  const [what, versions] = found.length === 0 ? [unknown(name, known), known] : ["several begin so", found];
  const listed = versions.slice(0, SHOWN).map(({ version }) => version).join(", ");
  const rest = versions.length > SHOWN ? ", …" : "";
  throw new UsageError(
    `Cannot find version "${name}" as ${what}: ${
      listed ? `found ${listed}${rest}` : "none was trained yet"
    }. ` +
      `Next: ${known.length === 0 ? "deno task daily" : "deno task models list"}`,
  );
}

function isBeginning(name: string, version: string): boolean {
  return name.length >= FEWEST_DIGITS && version.startsWith(name.toLowerCase());
}

function unknown(name: string, known: readonly ListedVersion[]): string {
  if (name === "champion") return "there is no champion";
  const isShort = name.length < FEWEST_DIGITS;
  if (isShort && known.some(({ version }) => version.startsWith(name.toLowerCase()))) {
    return `at least ${FEWEST_DIGITS} digits are needed`;
  }
  const best = nearest(name, ["champion", ...known.map(({ version }) => version)]);
  return `the registry has no such version${best ? ` (did you mean ${best}?)` : ""}`;
}
