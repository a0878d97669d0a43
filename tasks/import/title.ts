/** MovieLens titles as people say them: `"Usual Suspects, The (1995)"` is The Usual Suspects, of 1995. */

// A year, or a series' span of years: "(1995)", "(2006–2007)", "(2015- )".
const YEAR = /\s*\((1[89]\d\d|2[01]\d\d)\s*(?:[-–—]\s*(?:\d{4})?\s*)?\)\s*$/;

const ARTICLES = [
  ...["The", "An", "A"],
  ...["Les", "Le", "La", "L'", "L’", "Une", "Un"], // French
  ...["Gli", "Il", "Lo", "I", "Uno", "Una"], // Italian
  ...["Los", "Las", "El"], // Spanish
  ...["Der", "Die", "Das", "Eine", "Ein"], // German
  ...["Os", "O", "Het", "De", "Den", "Det", "En", "Et"], // Portuguese, Dutch, Scandinavian
].join("|");
const MOVED_ARTICLE = new RegExp(`^(a\\.k\\.a\\.\\s+)?(.+), (${ARTICLES})$`);
const PARENTHESES = /\(([^()]*)\)/g;

/**
 * Splits a title as MovieLens writes it. Articles return to the front, in the title and in each alternate
 * title in parentheses; a title that is nothing but a year stays whole, without one.
 */
export function parseTitle(text: string): { title: string; year: number | null } {
  const whole = text.trim();
  const year = YEAR.exec(whole);
  const named = (year ? whole.slice(0, year.index) : whole).trim();
  if (year === null || named === "") return { title: articlesInFront(whole), year: null };
  return { title: articlesInFront(named), year: Number(year[1]) };
}

function articlesInFront(title: string): string {
  const alternates = title.indexOf(" (");
  const main = alternates < 0 ? title : title.slice(0, alternates);
  const rest = alternates < 0 ? "" : title.slice(alternates);
  const moved = rest.replace(PARENTHESES, (_, inner: string) => `(${articleInFront(inner)})`);
  return articleInFront(main) + moved;
}

function articleInFront(name: string): string {
  const match = MOVED_ARTICLE.exec(name);
  if (match === null) return name;
  const [, aka = "", rest, article] = match;
  return `${aka}${article}${/['’]$/.test(article) ? "" : " "}${rest}`;
}
