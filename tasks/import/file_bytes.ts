/** A file's bytes as text files have them: unpacked, held to be one and the same file from end to end, never UTF-16. */
import { DataError } from "./errors.ts";

const READ_BYTES = 1 << 17;
const GZIP = [0x1f, 0x8b];
export const ZIP = [0x50, 0x4b, 3, 4];

/** What the system says of `path`, as people are told. */
export function systemFault(path: string, cause: unknown): DataError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DataError(`Cannot read "${path}" as it cannot be opened: ${message}`, { cause });
}

/**
 * The bytes of the file at `path`; `read` hears how many.
 *
 * @throws {DataError} when the system refuses, or somebody writes to the file meanwhile.
 */
export async function* fileBytes(
  path: string,
  read: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const refuse = (cause: unknown) => {
    throw systemFault(path, cause);
  };
  const before = await Deno.stat(path).catch(refuse);
  using file = await Deno.open(path).catch(refuse);
  let total = 0;
  // Never beyond where it ended at first: who appends as fast as we read would keep us forever.
  while (total <= before.size) {
    const bytes = new Uint8Array(READ_BYTES);
    const n = await file.read(bytes).catch(refuse);
    if (n === null) break;
    total += n;
    read(n);
    yield bytes.subarray(0, n);
  }
  const after = await Deno.stat(path).catch(refuse);
  const isSame = after.size === total && after.ino === before.ino &&
    after.mtime?.getTime() === before.mtime?.getTime();
  if (isSame) return;
  throw new DataError(
    `Cannot read "${path}" as it changed meanwhile: wanted ${before.size} bytes, found ${
      Math.max(total, after.size)
    }. Next: the same command, once nobody writes to it`,
  );
}

/** Whether the file at `path` begins with `magic`. */
export async function startsWith(path: string, magic: readonly number[]): Promise<boolean> {
  for await (const bytes of fileBytes(path, () => {})) return begins(bytes, magic);
  return false;
}

/**
 * `bytes` without gzip around them, whatever the file is called.
 *
 * @throws {DataError} when the packing is damaged, or what it holds is UTF-16 or a zip.
 */
export async function* plainText(
  path: string,
  bytes: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of unpacked(path, bytes)) {
    if (isFirst && isUtf16(chunk)) {
      throw new DataError(
        `Cannot read "${path}" as it should be UTF-8 or Latin-1: found UTF-16. Next: iconv -f UTF-16 -t UTF-8`,
      );
    }
    if (isFirst && begins(chunk, ZIP)) {
      throw new DataError(
        `Cannot read "${path}" as it should be text: found a zip. Next: deno task import "${path}"`,
      );
    }
    isFirst = false;
    yield chunk;
  }
}

async function* unpacked(
  path: string,
  bytes: AsyncGenerator<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array> {
  const first = await bytes.next();
  if (first.done) return;
  const whole = async function* () {
    try {
      yield first.value;
      yield* bytes;
    } finally {
      await bytes.return(undefined); // who stops at the first piece must not leave the file open
    }
  };
  if (!begins(first.value, GZIP)) return yield* whole();
  try {
    yield* ReadableStream.from(whole()).pipeThrough(new DecompressionStream("gzip"));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new DataError(`Cannot read "${path}" as the gzip data end early or are damaged`, { cause });
  }
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

/** By its byte order mark, or by a NUL beside its first character, which is ASCII in every file we read. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second, third, fourth] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return bytes.length >= 4 &&
    ((second === 0 && fourth === 0 && first > 0) || (first === 0 && third === 0 && second > 0));
}
