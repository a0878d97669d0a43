/** HDF5 files as bytes: groups by path, arrays of float32 in them. */
import type { File } from "h5wasm";

export interface H5Array {
  values: Float32Array;
  shape: readonly number[];
}

/** A file with an array at each path; a path that ends in `/` is a group without any. */
export async function encodeH5(arrays: ReadonlyMap<string, H5Array | null>): Promise<Uint8Array> {
  // Imported when it is asked for: its 3 MB of WebAssembly are compiled at once.
  const h5wasm = await import("h5wasm");
  const { FS } = await h5wasm.ready;
  // A name in the module's own memory, not on the disk.
  const name = "export.h5";
  // Its oldest form: newer ones put a checksum over the times.
  const file = new h5wasm.File(name, "w", { libver: ["earliest", "latest"] });
  try {
    for (const [path, array] of arrays) {
      const parts = path.split("/").filter((part) => part !== "");
      const group = array === null ? parts.join("/") : parts.slice(0, -1).join("/");
      makeGroup(file, group);
      if (array === null) continue;
      file.create_dataset({ name: path, data: array.values, shape: [...array.shape], dtype: "<f4" });
    }
    file.close();
    return withoutTimes(
      FS.readFile(name).slice(),
      [...arrays.values()].filter((array) => array !== null).length,
    );
  } finally {
    FS.unlink(name);
  }
}

/** A modification time in an object's header: message 0x12 of 8 bytes, version 1; seconds follow. */
const TIME_MESSAGE = [0x12, 0, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0];

/**
 * Equal content has to give equal bytes, and HDF5 writes when each array was made: h5wasm has no switch for it.
 *
 * @throws {Error} when `bytes` have another number of times than `n`: nothing else may be overwritten.
 */
function withoutTimes(bytes: Uint8Array, n: number): Uint8Array {
  const places: number[] = [];
  for (let at = bytes.indexOf(0x12); at >= 0; at = bytes.indexOf(0x12, at + 1)) {
    if (TIME_MESSAGE.every((byte, i) => bytes[at + i] === byte)) places.push(at + TIME_MESSAGE.length);
  }
  if (places.length !== n) {
    throw new Error(
      `Cannot write HDF5 without times: wanted one in each of ${n} arrays, found ${places.length}`,
    );
  }
  for (const place of places) bytes.fill(0, place, place + 4);
  return bytes;
}

function makeGroup(file: File, path: string): void {
  let above = "";
  for (const part of path.split("/").filter((part) => part !== "")) {
    above = above === "" ? part : `${above}/${part}`;
    if (file.get(above) === null) file.create_group(above);
  }
}
