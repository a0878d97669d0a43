/** Every file that a browser asks for below /ui, read once: pages, modules, styles, libraries, by path. */
import { createHash } from "node:crypto";
import { libraryFiles } from "./libraries.ts";
import { SHELLS } from "./shell.ts";

export interface UiFile {
  type: string;
  body: Uint8Array<ArrayBuffer>;
  /** Entity tag: a browser that has these bytes is spared them. */
  tag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  woff2: "font/woff2",
};

export function uiFiles(): ReadonlyMap<string, UiFile> {
  const files = new Map<string, UiFile>();
  for (const [path, html] of Object.entries(SHELLS)) {
    files.set(path, uiFile(new TextEncoder().encode(html), "text/html; charset=utf-8"));
  }
  for (const path of ownFiles()) {
    files.set(`/ui/${path}`, uiFile(Deno.readFileSync(new URL(path, import.meta.url)), typeOf(path)));
  }
  for (const { path, file } of libraryFiles()) files.set(path, uiFile(Deno.readFileSync(file), typeOf(path)));
  return files;
}

/** Modules and styles of this folder and of those in it. */
function* ownFiles(folder = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(`./${folder}`, import.meta.url))) {
    if (isDirectory) yield* ownFiles(`${folder}${name}/`);
    else if (/\.(?:js|css)$/.test(name)) yield folder + name;
  }
}

function uiFile(body: Uint8Array<ArrayBuffer>, type: string): UiFile {
  return { type, body, tag: `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"` };
}

function typeOf(path: string): string {
  return TYPES[path.slice(path.lastIndexOf(".") + 1)];
}
