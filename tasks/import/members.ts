/** The files of a data set, wherever they lie: a folder, a zip with or without a top folder, some of them gzipped. */
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "./errors.ts";
import { unzip, type ZipMember, zipMembers } from "./zip.ts";

export interface Member {
  /** Name without folder and without `.gz`: "ratings.csv". */
  name: string;
  /** Where it lies, for messages. */
  path: string;
  /** Bytes as stored, for progress; a gzipped file counts its packed bytes. */
  size: number;
  /** The unpacked bytes; `read` hears of stored bytes as they are read. */
  open(read: (bytes: number) => void): AsyncIterable<Uint8Array>;
}

export interface Members {
  /** Absolute path of the folder or zip. */
  path: string;
  /** The folder's name: a zip's top folder, else its name without `.zip`. */
  folder: string;
  files: Map<string, Member>;
}

const READ_BYTES = 1 << 17;
const WANTED = /^(ratings|movies|users)\.(csv|dat)$|^readme(\.txt|\.html)?$/;

/**
 * The files at `path`: a folder, a zip, or one ratings file, beside which the others lie.
 *
 * @throws {DataError} when nothing is there.
 */
export async function openMembers(path: string): Promise<Members> {
  const absolute = resolve(path);
  const info = await Deno.stat(absolute).catch((cause) => {
    throw new DataError(`Cannot read "${path}" as it cannot be opened: ${message(cause)}`, { cause });
  });
  if (info.isDirectory) return await inFolder(absolute);
  if (/\.zip$/i.test(absolute)) return await inZip(absolute);
  if (/^ratings\.(csv|dat)(\.gz)?$/i.test(basename(absolute))) return await inFolder(dirname(absolute));
  throw new DataError(
    `Cannot read "${path}" as it should be a folder, a .zip or a ratings file (ratings.csv, ratings.csv.gz, ratings.dat)`,
  );
}

async function inFolder(path: string): Promise<Members> {
  const files = new Map<string, Member>();
  for await (const entry of Deno.readDir(path)) {
    const name = entry.name.toLowerCase().replace(/\.gz$/, "");
    if (entry.isDirectory || !WANTED.test(name) || (files.has(name) && entry.name.endsWith(".gz"))) continue; // the unpacked one wins
    const full = join(path, entry.name);
    const isPacked = /\.gz$/i.test(entry.name);
    const { size } = await Deno.stat(full);
    const open = (read: (bytes: number) => void) => isPacked ? gunzip(full, read) : fileBytes(full, read);
    files.set(name, { name, path: full, size, open });
  }
  return { path, folder: basename(path), files };
}

async function inZip(path: string): Promise<Members> {
  const files = new Map<string, Member>();
  let folder = basename(path).replace(/\.zip$/i, "");
  for (const member of await zipMembers(path)) {
    const parts = member.path.split("/");
    if (parts.length > 2 || parts[0] === "__MACOSX") continue;
    if (parts.length === 2) folder = parts[0];
    const name = parts[parts.length - 1].toLowerCase();
    if (!WANTED.test(name)) continue;
    const open = (read: (bytes: number) => void) => counted(unzip(path, member), read);
    files.set(name, { name, path: `${path}/${member.path}`, size: member.size, open });
  }
  return { path, folder, files };
}

/** Unpacks everything in the zip at `path`, to see that every byte is as packed; returns the members. */
export async function verifyZip(path: string, signal?: AbortSignal): Promise<ZipMember[]> {
  const members = await zipMembers(path);
  for (const member of members) {
    for await (const _ of unzip(path, member)) signal?.throwIfAborted();
  }
  return members;
}

async function* fileBytes(
  path: string,
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  for (;;) {
    const bytes = new Uint8Array(READ_BYTES);
    const n = await file.read(bytes);
    if (n === null) return;
    read(n);
    yield bytes.subarray(0, n);
  }
}

async function* gunzip(path: string, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* ReadableStream.from(fileBytes(path, read)).pipeThrough(new DecompressionStream("gzip"));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new DataError(`Cannot read "${path}" as the gzip data end early or are damaged`, { cause });
  }
}

async function* counted(bytes: AsyncIterable<Uint8Array>, read: (bytes: number) => void) {
  for await (const chunk of bytes) {
    read(chunk.length);
    yield chunk;
  }
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
