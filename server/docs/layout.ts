/** What the pages of documentation have around them. They need no script, and have the colours and type of /ui. */
import { html, type Markup } from "./html.ts";

const PAGES = [
  { path: "/docs", name: "Reference" },
  { path: "/docs/clients", name: "Clients" },
];

export const STYLE = Deno.readTextFileSync(new URL("./style.css", import.meta.url));

/** The page at `path`. */
export function page({ path, title, body }: { path: string; title: string; body: Markup }): string {
  const links = PAGES.map((each) =>
    html`<li><a href="${each.path}"${
      each.path === path
        ? html`
          aria-current="page"
        `
        : ""
    }>${each.name}</a></li>`
  );
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title} · Matinee</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/ui/style/base.css">
        <link rel="stylesheet" href="/docs/style.css">
      </head>
      <body>
        <header>
          <a class="name" href="/ui">Matinee</a>
          <nav aria-label="Documentation">
            <ul>
              ${links}
              <li><a href="/openapi.json">openapi.json</a></li>
            </ul>
          </nav>
        </header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>
  `.markup;
}
