/** The files that a path in a mapping stands for: one, the parts in a folder, what a glob finds, a member of a zip. */
import { glob } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "./errors.ts";
import { type FileMapping } from "./mapping.ts";
import { fileBytes, plainText, startsWith, systemFault } from "./file_bytes.ts";
import { counted } from "./members.ts";
import { unzip, zipMembers } from "./zip.ts";

export interface Part {
  /** Where it lies, for messages. */
  path: string;
  /** Bytes as stored, for progress. */
  size: number;
  format: "csv" | "parquet";
  /** Of CSV. */
  delimiter: string;
  /** The unpacked bytes; `read` hears of stored bytes as they are read. */
  open(read: (bytes: number) => void): AsyncIterable<Uint8Array>;
}

const IN_ZIP = /^(.*\.zip)[/\\](.+)$/i;
const NAMED = /\.(csv|tsv|txt|data|dat|parquet|pq)(\.gz)?$/i;
const PARQUET = [0x50, 0x41, 0x52, 0x31]; // PAR1

/**
 * The parts in order of their paths; there is at least one.
 *
 * @throws {DataError} when nothing is there, or some are CSV and some Parquet.
 */
export async function openParts(mapping: FileMapping): Promise<Part[]> {
  const parts = (await partsAt(mapping)).sort((a, b) => a.path < b.path ? -1 : 1);
  const formats = new Set(parts.map(({ format }) => format));
  if (formats.size > 1) {
    throw new DataError(`Cannot read "${mapping.path}" as some of its files are CSV, others Parquet`);
  }
  return parts;
}

async function partsAt(mapping: FileMapping): Promise<Part[]> {
  const { path } = mapping;
  const zip = IN_ZIP.exec(path);
  if (zip !== null && await isFile(zip[1])) return [await partInZip(mapping, zip[1], zip[2])];
  const info = await stat(path);
  if (info?.isDirectory) return await partsIn(mapping);
  if (info !== null && /\.zip$/i.test(path)) return [await partInZip(mapping, path)];
  if (info !== null) return [await partOf(mapping, path)];
  if (/[*?[{]/.test(path)) return await partsLike(mapping);
  throw new DataError(`Cannot read "${path}" as there is no such file or folder, wanted by source.path`);
}

async function partsIn(mapping: FileMapping): Promise<Part[]> {
  const names = (await Array.fromAsync(Deno.readDir(mapping.path)))
    .filter(({ name, isDirectory }) => !isDirectory && NAMED.test(name) && !/^[._]/.test(name))
    .map(({ name }) => name);
  if (names.length === 0) throw noParts(mapping.path, "in the folder");
  return await Promise.all(names.map((name) => partOf(mapping, join(mapping.path, name))));
}

async function partsLike(mapping: FileMapping): Promise<Part[]> {
  const paths: string[] = [];
  for await (const path of glob(mapping.path)) if (await isFile(path)) paths.push(path);
  if (paths.length === 0) throw noParts(mapping.path, "of that pattern");
  return await Promise.all(paths.map((path) => partOf(mapping, path)));
}

function noParts(path: string, where: string): DataError {
  return new DataError(`Cannot read "${path}" as no .csv, .tsv, .csv.gz or .parquet file ${where} was found`);
}

async function partOf(mapping: FileMapping, path: string): Promise<Part> {
  const { size } = await Deno.stat(path);
  const found = await startsWith(path, PARQUET) ? "parquet" : "csv"; // Parquet files say what they are
  const format = mapping.format === "auto" ? found : mapping.format;
  return {
    path,
    size,
    format,
    delimiter: delimiterOf(mapping, path),
    open: (read) => format === "csv" ? plainText(path, fileBytes(path, read)) : fileBytes(path, read),
  };
}

/** The member `name` of a zip, or its only table. */
async function partInZip(mapping: FileMapping, zip: string, name?: string): Promise<Part> {
  const members = await zipMembers(zip);
  const found = members.filter(({ path }) => name === undefined ? NAMED.test(path) : path === name);
  if (found.length !== 1) {
    const paths = members.map(({ path }) => path).join(", ") || "nothing";
    throw new DataError(
      `Cannot read "${mapping.path}" as the zip should have one such file: found ${paths}. ` +
        `Next: name it in source.path, as in "${basename(zip)}/${members[0]?.path ?? "ratings.csv"}"`,
    );
  }
  const [member] = found;
  if (mapping.format === "parquet" || /\.(parquet|pq)$/i.test(member.path)) {
    throw new DataError(
      `Cannot read "${member.path}" in "${zip}" as Parquet is read from files. Next: unpack it`,
    );
  }
  return {
    path: `${zip}/${member.path}`,
    size: member.size,
    format: "csv",
    delimiter: delimiterOf(mapping, member.path),
    open: (read) => plainText(`${zip}/${member.path}`, counted(unzip(zip, member), read)),
  };
}

function delimiterOf({ delimiter }: FileMapping, path: string): string {
  return delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? "\t" : ",");
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path))?.isFile ?? false;
}

async function stat(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return null;
    throw systemFault(path, cause);
  }
}
