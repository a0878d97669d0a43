/** Lists and ratings with the typed client: what the routes do not know does not compile. */
import { createClient } from "../../client/client.ts";

const matinee = createClient("http://127.0.0.1:8000", { key: undefined });

// A list, and what made it.
const answer = await matinee.users[":id"].recommendations.$get({
  param: { id: "1" },
  query: { n: 5, diversity: 0.3, explain: true },
});
if (!answer.ok) throw new Error((await answer.json()).detail);
const { source, model_version, items } = await answer.json();
const lines = items.map(({ rank, title, because = [] }) =>
  `${rank}. ${title}, because of ${because.map((reason) => reason.title).join(" and ") || "everybody"}`
);

// Somebody without an account: a few ratings are folded in, and kept nowhere.
const guest = await matinee.recommend.$post({
  json: { ratings: [{ movie_id: 50, rating: 5 }], top_n_final: 3 },
});
if (!guest.ok) throw new Error((await guest.json()).detail);
const { recommendations } = await guest.json();

// A rating: on disk before the answer, and gone from the next list.
const rated = await matinee.ratings.$post({
  json: { user_id: 1, movie_id: items[0].movie_id, rating: 4.5 },
  header: {},
});
const text = [source, model_version, ...lines, ...recommendations.map(({ title }) => title), rated.status];
await Deno.stdout.write(new TextEncoder().encode(`${text.join("\n")}\n`));
