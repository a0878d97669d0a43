/**
 * What the pages take from npm packages, served from the packages as they are: templates, charts, a typeface.
 *
 * Browsers cannot follow a bare specifier without an inline import map, which the content security policy forbids;
 * the files below import one another by relative paths only, or nothing at all.
 */

/** A file of a package, and the address at which pages ask for it. */
export interface LibraryFile {
  path: string;
  file: URL;
}

const FILES: Readonly<Record<string, { entry: string; folder: string; files: readonly string[] }>> = {
  "lit-html": {
    entry: "lit-html",
    folder: "./",
    files: [
      "lit-html.js",
      "directive.js",
      "directive-helpers.js",
      "async-directive.js",
      "directives/repeat.js",
      "directives/ref.js",
      "directives/live.js",
    ],
  },
  "chart.js": { entry: "chart.js", folder: "dist/", files: ["chart.umd.min.js"] },
  "instrument-serif": {
    entry: "@fontsource/instrument-serif/metadata.json",
    folder: "files/",
    files: ["instrument-serif-latin-400-normal.woff2", "instrument-serif-latin-ext-400-normal.woff2"],
  },
};

/** Never called: Deno fetches with everything else what stands in an import, and nothing that is only resolved. */
export const fetched = () => [
  import("chart.js"),
  import("lit-html"),
  import("@fontsource/instrument-serif/metadata.json", { with: { type: "json" } }),
];

export function libraryFiles(): LibraryFile[] {
  return Object.entries(FILES).flatMap(([name, { entry, folder, files }]) => {
    const root = packageRoot(import.meta.resolve(entry));
    return files.map((file) => ({
      path: `/ui/lib/${name}/${file}`,
      file: new URL(`${folder}${file}`, root),
    }));
  });
}

/** The folder of the package that `entry` is in: its `exports` name none of the files that a browser needs. */
function packageRoot(entry: string): URL {
  for (let folder = new URL("./", entry); folder.pathname !== "/"; folder = new URL("../", folder)) {
    if (exists(new URL("package.json", folder))) return folder;
  }
  throw new Error(`Cannot find the package of ${entry}: found no package.json above it. Next: deno install`);
}

function exists(file: URL): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
