/** The files of a data set, wherever they lie: a folder, a zip with or without a top folder, some of them gzipped. */
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "./errors.ts";
import { fileBytes, plainText, startsWith, systemFault, ZIP } from "./file_bytes.ts";
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
  /** The file that was named itself, beside which the others lie. */
  named?: string;
  /** Files of no use here, each with a word on why when it should have been one: for messages. */
  others: string[];
}

const RATINGS = /^(ratings\.(csv|dat)|u\.data)$/;
const WANTED = /^(ratings|movies|users)\.(csv|dat)$|^u\.(data|item|user|genre)$|^readme(\.txt|\.html)?$/;

/**
 * The files at `path`: a folder, a zip, or one ratings file, beside which the others lie.
 *
 * @throws {DataError} when nothing is there.
 */
export async function openMembers(path: string): Promise<Members> {
  const absolute = resolve(path);
  const info = await Deno.stat(absolute).catch((cause) => {
    throw systemFault(path, cause);
  });
  if (info.isDirectory) return await inFolder(absolute);
  const name = plainName(basename(absolute));
  if (info.isFile && (/\.zip$/i.test(absolute) || await startsWith(absolute, ZIP))) {
    return await inZip(absolute);
  }
  if (info.isFile && RATINGS.test(name)) return { ...await inFolder(dirname(absolute)), named: name };
  throw new DataError(
    `Cannot read "${path}" as it should be a folder, a .zip or a ratings file (ratings.csv, ratings.dat or u.data, ` +
      `also with .gz). Next: deno task inspect "${info.isFile ? dirname(path) : path}"`,
  );
}

const plainName = (name: string) => name.toLowerCase().replace(/\.gz$/, "");

async function inFolder(path: string): Promise<Members> {
  const files = new Map<string, Member>();
  const others: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(path)).catch((cause) => {
    throw systemFault(path, cause);
  });
  // In order of name, so that an unpacked file comes before its gzipped twin, and wins.
  for (const { name: written } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const name = plainName(written);
    if (!WANTED.test(name)) {
      others.push(written);
      continue;
    }
    const full = join(path, written);
    const info = await Deno.stat(full).catch((cause) => systemFault(full, cause));
    if (info instanceof DataError || !info.isFile) {
      others.push(`${written} (${info instanceof DataError ? "cannot be opened" : "no file"})`);
    } else if (!files.has(name)) {
      const open = (read: (bytes: number) => void) => plainText(full, fileBytes(full, read));
      files.set(name, { name, path: full, size: info.size, open });
    } else if (!written.endsWith(".gz")) throw twice(path, files.get(name)!.path, full);
  }
  return { path, folder: basename(path), files, others };
}

async function inZip(path: string): Promise<Members> {
  const files = new Map<string, Member>();
  const others: string[] = [];
  let folder = basename(path).replace(/\.zip$/i, "");
  for (const member of await zipMembers(path)) {
    const parts = member.path.split(/[\\/]/);
    const name = plainName(parts[parts.length - 1]);
    if (parts[0] === "__MACOSX") continue;
    if (parts.length > 2 || !WANTED.test(name)) {
      others.push(member.path);
      continue;
    }
    // Nothing is ever unpacked to a disk; but who packed such a name meant harm, and the rest may be no better.
    if (parts[0] === ".." || (parts.length === 2 && parts[0] === "")) {
      throw new DataError(
        `Cannot read "${path}" as its file ${JSON.stringify(member.path)} points outside the zip. ` +
          "Next: get the zip anew, from who made the data",
      );
    }
    if (files.has(name)) throw twice(path, files.get(name)!.path, `${path}/${member.path}`);
    if (parts.length === 2) folder = parts[0];
    const full = `${path}/${member.path}`;
    const open = (read: (bytes: number) => void) => plainText(full, counted(unzip(path, member), read));
    files.set(name, { name, path: full, size: member.size, open });
  }
  return { path, folder, files, others };
}

function twice(path: string, first: string, second: string): DataError {
  return new DataError(
    `Cannot read "${path}" as one file of each kind is wanted: found "${first}" and "${second}". ` +
      "Next: put each data set into a folder of its own",
  );
}

/** Unpacks everything in the zip at `path`, to see that every byte is as packed; returns the members. */
export async function verifyZip(path: string, signal?: AbortSignal): Promise<ZipMember[]> {
  const members = await zipMembers(path);
  for (const member of members) {
    for await (const _ of unzip(path, member)) signal?.throwIfAborted();
  }
  return members;
}

export async function* counted(
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of bytes) {
    read(chunk.length);
    yield chunk;
  }
}
