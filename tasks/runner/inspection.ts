/** What `deno task inspect` says of a data set, as people read it. */
import type { Finding, Inspection } from "../import/inspect.ts";
import { printableLine } from "./_printable.ts";
import { count } from "./cli/log.ts";
import { sparkline, tableLines } from "./cli/table.ts";

/** What an import would do to the archive that is there. */
export interface ArchiveVerdict {
  action: "import" | "resume" | "nothing" | "replace" | "refused" | "unknown";
  reason: string;
}

export interface InspectionText {
  archive: ArchiveVerdict;
  /** Bytes that programs can still have. */
  freeMemory: number;
}

export function inspectionLines(found: Inspection, { archive, freeMemory }: InspectionText): string[] {
  const { catalogue, memory_bytes, notes } = found;
  const refused = found.lines - found.accepted;
  const fits = memory_bytes < freeMemory ? "it fits" : "IT DOES NOT FIT";
  return [
    `${found.edition}${found.is_sample ? " (made-up sample)" : ""}: ${found.name}`,
    "",
    ...fileLines(found),
    `Lines      ${count(found.lines)} = ${count(found.ratings)} ratings + ${
      count(found.unparsable)
    } unparsable`,
    `Taken      ${count(found.accepted)} ratings of ${count(found.users)} users and ${
      count(found.movies)
    } movies` +
    (found.span ? `, ${found.span.map((time) => time.slice(0, 10)).join(" to ")}` : ""),
    ...scaleLines(found.histogram),
    `Refused    ${count(refused)}${refused > 0 ? ", each kept with its reason:" : ""}`,
    ...Object.entries(found.rejects).flatMap(([reason, finding]) => findingLines(reason, finding)),
    `Movies     ${count(catalogue.movies)}: ${count(catalogue.unrated)} without a rating, ` +
    `${count(catalogue.without_year)} without a year, ${count(catalogue.without_genres)} without genres, ` +
    `${count(catalogue.repeated_lines)} lines that a later one replaces`,
    ...(catalogue.people > 0
      ? [`People     ${count(catalogue.people)} with age, gender and occupation`]
      : []),
    ...(catalogue.broken.n > 0 ? findingLines("left out of movies or users", catalogue.broken) : []),
    `Memory     ${megabytes(memory_bytes)} for the ratings while they are imported, ${
      megabytes(freeMemory)
    } are free: ` +
    fits,
    `Archive    ${archive.reason}`,
    ...notes.map((note) => `Note       ${note}`),
  ].map(printableLine);
}

function fileLines({ files }: Inspection): string[] {
  if (files.length === 0) return [];
  const rows = files.map(({ role, path, bytes, encoding }) => [role, megabytes(bytes), encoding, path]);
  return [...tableLines(["file", "size", "encoding", "path"], rows), ""];
}

function scaleLines(histogram: readonly number[]): string[] {
  const given = histogram.flatMap((n, i) => n > 0 ? [(i + 1) / 2] : []);
  if (given.length === 0) return [];
  const step = given.every(Number.isInteger) ? "whole stars" : "half stars";
  return [
    `Stars      ${given[0]} to ${given[given.length - 1]} in ${step}, 0.5 ${sparkline(histogram)} 5`,
  ];
}

function findingLines(reason: string, { n, examples }: Finding): string[] {
  return [`  ${count(n)} ${reason}`, ...examples.map((example) => `    ${example}`)];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
