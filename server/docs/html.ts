/** HTML out of values: whatever is put into `html` is text, unless it is markup already. */

/** Markup, that stays what it is. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | readonly Part[];

/** A template whose values are escaped. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return { markup: strings.map((text, i) => i === 0 ? text : textOf(parts[i - 1]) + text).join("") };
}

function textOf(part: Part): string {
  if (typeof part === "object") return "markup" in part ? part.markup : part.map(textOf).join("");
  return escaped(String(part));
}

const NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => NAMES[sign]);

/** Descriptions, with `code` and **strong** as Markdown has them, and a paragraph after an empty line. */
export function prose(text: string): Markup {
  const paragraphs = text.split("\n\n").map((paragraph) =>
    escaped(paragraph).replace(/`([^`]+)`/g, "<code>$1</code>").replace(
      /\*\*([^*]+)\*\*/g,
      "<strong>$1</strong>",
    )
  );
  return { markup: paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join("\n") };
}
