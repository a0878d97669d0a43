/** The files of the user interface, read once: a page, its style and its script, by path. */

export interface Page {
  type: string;
  text: string;
}

const page = (file: string, type: string): Page => ({
  type: `${type}; charset=utf-8`,
  text: Deno.readTextFileSync(new URL(file, import.meta.url)),
});

export const PAGES: Readonly<Record<string, Page>> = {
  "/": page("./index.html", "text/html"),
  "/ui/style.css": page("./style.css", "text/css"),
  "/ui/index.js": page("./index.js", "text/javascript"),
};
