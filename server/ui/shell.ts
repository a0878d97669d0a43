/** The HTML of each page: the same header, navigation and dialog, and a module of its own for what is inside. */

interface PageOfUi {
  path: string;
  /** In the navigation. */
  name: string;
  /** Module below pages/. */
  module: string;
  about: string;
}

const PAGES_OF_UI: readonly PageOfUi[] = [
  { path: "/ui", name: "For you", module: "for_you", about: "What to watch next, and why." },
  { path: "/ui/movies", name: "Movies", module: "movie", about: "Facts, ratings and movies like it." },
  { path: "/ui/pipeline", name: "Pipeline", module: "pipeline", about: "The day's stages and the runs." },
  { path: "/ui/models", name: "Models", module: "models", about: "Versions, their quality, and the gate." },
  { path: "/ui/data", name: "Data", module: "data", about: "What the archive holds." },
  { path: "/ui/drift", name: "Drift", module: "drift", about: "What is watched, and its thresholds." },
  {
    path: "/ui/how-it-works",
    name: "How it works",
    module: "how_it_works",
    about: "From a rating to a list.",
  },
];

const TEMPLATE = Deno.readTextFileSync(new URL("./shell.html", import.meta.url));

/** HTML by path. */
export const SHELLS: Readonly<Record<string, string>> = Object.fromEntries(
  PAGES_OF_UI.map((page) => [page.path, shell(page)]),
);

function shell({ path, name, module, about }: PageOfUi): string {
  const links = PAGES_OF_UI.map((page) =>
    `<li><a href="${page.path}"${page.path === path ? ' aria-current="page"' : ""}>${page.name}</a></li>`
  );
  const values: Record<string, string> = { name, module, about, links: links.join("\n            ") };
  return TEMPLATE.replaceAll(/\{(\w+)\}/g, (_, key: string) => values[key]);
}
