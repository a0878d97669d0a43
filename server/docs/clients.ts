/** The page of examples, one whole program a language: the files that a test runs are the files that are shown. */
import { html, prose } from "./html.ts";
import { page } from "./layout.ts";

const EXAMPLES = [
  {
    name: "curl",
    file: "curl.sh",
    about:
      "The four things that people ask of recommenders in vain: reasons, experiments, diversity, exclusions. " +
      "The variant that a person is in stands in every list as `variant`.",
  },
  { name: "Python", file: "python.py", about: "Python's own library does; so does any HTTP client." },
  {
    name: "TypeScript",
    file: "typescript.ts",
    about: "server/client/client.ts is made of the routes' types: an unknown parameter does not compile.",
  },
];

export function clientsPage(): string {
  const body =
    html`<p>Each example is whole, and run by the tests of every commit. They write on loopback without a key;
anywhere else, send one as <code>Authorization: Bearer KEY</code>.</p>
${
      EXAMPLES.map(({ name, file, about }) =>
        html`<section aria-labelledby="${name}">
  <h2 id="${name}">${name}</h2>
  ${prose(about)}
  <pre tabindex="0"><code>${
          Deno.readTextFileSync(new URL(`./examples/${file}`, import.meta.url))
        }</code></pre>
</section>`
      )
    }`;
  return page({ path: "/docs/clients", title: "Clients", body });
}
