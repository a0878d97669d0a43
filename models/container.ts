/**
 * One file of named typed arrays with a JSON header: the form of model artifacts and of served snapshots.
 *
 * Layout: 8 bytes magic, uint32 header length (little-endian), header JSON, then each array at a multiple of
 * 64 bytes. Equal content gives equal bytes, so a file can be named by its hash.
 */

const MAGIC = "MATINEE1";
const ALIGNMENT = 64;

const KINDS = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint16Array, Uint8Array } as const;
export type TypedArray = typeof KINDS[keyof typeof KINDS]["prototype"];

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface Container {
  header: { [key: string]: Json };
  arrays: { [name: string]: TypedArray };
}

interface Section {
  name: string;
  kind: keyof typeof KINDS;
  length: number;
  offset: number;
}

const aligned = (n: number) => Math.ceil(n / ALIGNMENT) * ALIGNMENT;

/** The bytes of `container`: keys in the order given. */
export function encode({ header, arrays }: Container): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const sections: Section[] = Object.entries(arrays).map(([name, array]) => {
    const section = { name, kind: kindOf(array), length: array.length, offset };
    offset += aligned(array.byteLength);
    return section;
  });
  const head = new TextEncoder().encode(JSON.stringify({ header, sections }));
  const start = aligned(12 + head.length);
  const bytes = new Uint8Array(start + offset);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(8, head.length, true);
  bytes.set(head, 12);
  for (const { name, offset } of sections) {
    const array = arrays[name];
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + offset);
  }
  return bytes;
}

/**
 * Reads what `encode()` wrote; the arrays are views of `bytes`, nothing is copied.
 *
 * @throws {SyntaxError} when `bytes` are no container, are cut short, or have a header that makes no sense.
 */
export function decode(bytes: Uint8Array<ArrayBufferLike>): Container {
  const { header, sections, start } = openHead(bytes);
  const arrays: Container["arrays"] = {};
  for (const { name, kind, length, offset } of sections) {
    const from = start + offset;
    const to = from + length * KINDS[kind].BYTES_PER_ELEMENT;
    if (to > bytes.length) throw cutShort(to, bytes.length);
    arrays[name] = new KINDS[kind](bytes.buffer as ArrayBuffer, bytes.byteOffset + from, length);
  }
  return { header, arrays };
}

/** `array` as it stands where it is of `Type`, since threads share an artifact; else a copy. */
export function asIs<A extends TypedArray>(
  array: TypedArray,
  Type: { new (): A; from(array: TypedArray): A },
): A {
  return array instanceof Type ? array : Type.from(array);
}

/** The header alone, of a file's first bytes. @throws {SyntaxError} as `decode()` does. */
export function decodeHeader(bytes: Uint8Array): Container["header"] {
  return openHead(bytes).header;
}

/** The header, the arrays' places, and where they are counted from. */
function openHead(bytes: Uint8Array<ArrayBufferLike>) {
  const found = new TextDecoder().decode(bytes.subarray(0, 8));
  if (found !== MAGIC) {
    throw new SyntaxError(
      `Cannot read file as it should begin with "${MAGIC}": found ${JSON.stringify(found)}`,
    );
  }
  if (bytes.length < 12) throw cutShort(12, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = view.getUint32(8, true);
  const start = aligned(12 + headLength);
  if (bytes.length < start) throw cutShort(start, bytes.length);
  return { ...parseHead(bytes.subarray(12, 12 + headLength)), start };
}

/** The header and the places of the arrays. */
function parseHead(bytes: Uint8Array): { header: Container["header"]; sections: Section[] } {
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new SyntaxError(`Cannot read file as its header should be JSON: ${String(cause)}`, { cause });
  }
  if (isObject(head) && isObject(head.header) && Array.isArray(head.sections)) {
    const sections: unknown[] = head.sections;
    if (sections.every(isSection)) return { header: head.header as Container["header"], sections };
  }
  throw new SyntaxError(
    `Cannot read file as its header should name arrays: found ${JSON.stringify(head).slice(0, 200)}`,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isSection(value: unknown): value is Section {
  return isObject(value) && typeof value.name === "string" && Object.hasOwn(KINDS, String(value.kind)) &&
    Number.isSafeInteger(value.length) && Number(value.length) >= 0 &&
    Number.isSafeInteger(value.offset) && Number(value.offset) >= 0 && Number(value.offset) % ALIGNMENT === 0;
}

function kindOf(array: TypedArray): Section["kind"] {
  return array.constructor.name as Section["kind"];
}

function cutShort(wanted: number, found: number): SyntaxError {
  return new SyntaxError(`Cannot read file as it is cut short: wanted ${wanted} bytes, found ${found}`);
}
