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
  const file = new h5wasm.File(name, "w");
  try {
    for (const [path, array] of arrays) {
      const parts = path.split("/").filter((part) => part !== "");
      const group = array === null ? parts.join("/") : parts.slice(0, -1).join("/");
      makeGroup(file, group);
      if (array === null) continue;
      file.create_dataset({ name: path, data: array.values, shape: [...array.shape], dtype: "<f4" });
    }
    file.close();
    return FS.readFile(name).slice();
  } finally {
    FS.unlink(name);
  }
}

function makeGroup(file: File, path: string): void {
  let above = "";
  for (const part of path.split("/").filter((part) => part !== "")) {
    above = above === "" ? part : `${above}/${part}`;
    if (file.get(above) === null) file.create_group(above);
  }
}
