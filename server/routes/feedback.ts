/** What people do with their lists, and what they never want to see in one. */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import type { AppDeps, Database } from "../http/env.ts";
import { movieFrom, userFrom } from "../http/parameters.ts";
import { Problem } from "../http/problem.ts";
import { LONGEST_REC_ID } from "../http/rec_id.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, movieId, OF_BODIES, problems, userId } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import type { Serving } from "../live/live.ts";
import { sharesOf } from "../recommend/variants.ts";
import { acceptFeedback, FEEDBACK_EVENTS } from "../writes/feedback.ts";
import { hiddenMovies, hideMovie, showMovie } from "../writes/hidden.ts";
import { refuseImpossibleTimes } from "../writes/times.ts";
import { isOne, movieFields, movieIdsOf, userFields, userIdsOf } from "../writes/named.ts";

/** Events of one request. */
const MOST_EVENTS = 1_000;

const event = closed({
  rec_id: z.string().min(1).max(LONGEST_REC_ID)
    .openapi({ description: "The list's, as it came with it.", example: "popularity.-.1f0c3a55" }),
  event: z.enum(FEEDBACK_EVENTS).openapi({
    description: "impression: it was shown; click: it was chosen; hide: never show it to this person again.",
  }),
  ...userFields,
  ...movieFields,
  position: z.int().min(1).max(1_000).optional().openapi({ description: "Its place in the list, from 1." }),
  occurred_at: z.iso.datetime({ offset: true }).optional().openapi({
    description: "When, not in the future (default: now).",
  }),
})
  .refine(
    ({ user_id, user_key }) => user_id === undefined || user_key === undefined,
    "one of user_id and user_key",
  )
  .refine(
    ({ event, user_id, user_key }) => event !== "hide" || isOne(user_id, user_key),
    "with user_id or user_key, as a hide is for one person",
  )
  .refine(({ movie_id, movie_key }) => isOne(movie_id, movie_key), "either movie_id or movie_key");

const body = z.union([event, closed({ events: z.array(event).min(1).max(MOST_EVENTS) })])
  .openapi("Feedback", {
    example: { events: [{ rec_id: "popularity.-.1f0c3a55", event: "click", movie_id: 50, user_id: 1 }] },
  });

const post = createRoute({
  method: "post",
  path: "/feedback",
  ...needs("write"),
  tags: ["feedback"],
  summary: "Counts what people did with a list",
  description:
    "One event or many, all or none. The same event of the same list, movie and person counts once.",
  request: { body: { required: true, content: { "application/json": { schema: body } } } },
  responses: {
    202: json(
      z.object({
        accepted: z.int().describe("Events of the request: all."),
        counted: z.int().describe("Of these, how many had not been sent before."),
      }).openapi("FeedbackReceipt"),
      "Counted.",
    ),
    ...problems(...OF_BODIES, "unknown-movie", "unknown-list", "nothing-to-serve", "database-down"),
  },
});

const pair = z.object({ id: userId, movie: movieId });
const onePair = problems(
  "bad-parameter",
  "unknown-user",
  "unknown-movie",
  "nothing-to-serve",
  "database-down",
);

const hidden = createRoute({
  method: "get",
  path: "/users/{id}/hidden",
  ...needs("read"),
  tags: ["feedback"],
  summary: "The movies that a person never wants to see in a list",
  request: { params: z.object({ id: userId }), query: closed({}) },
  responses: {
    200: json(
      z.object({
        user_id: z.int(),
        movies: z.array(z.object({ movie_id: z.int(), title: z.string().nullable(), hidden_at: z.string() })),
      }).openapi("HiddenMovies"),
      "The last one first.",
    ),
    ...problems("bad-parameter", "unknown-user", "nothing-to-serve", "database-down"),
  },
});

const hide = createRoute({
  method: "put",
  path: "/users/{id}/hidden/{movie}",
  ...needs("write"),
  tags: ["feedback"],
  summary: "Never shows a movie to a person again",
  request: { params: pair, query: closed({}) },
  responses: { 204: { description: "Hidden from the next list on." }, ...onePair },
});

const show = createRoute({
  method: "delete",
  path: "/users/{id}/hidden/{movie}",
  ...needs("write"),
  tags: ["feedback"],
  summary: "Takes a hidden movie back",
  request: { params: pair, query: closed({}) },
  responses: { 204: { description: "It may be listed again." }, ...onePair },
});

export function feedbackRoutes({ database, bulletin, clock }: AppDeps) {
  return createRouter()
    .openapi(post, async (c) => {
      const serving = servingOf(c);
      const { snapshot } = serving;
      const given = c.req.valid("json");
      const posted = "events" in given ? given.events : [given];
      refuseImpossibleTimes(posted.map(({ occurred_at }) => occurred_at), {
        field: (place) => `events.${place}.occurred_at`,
        now: clock(),
      });
      const movies = movieIdsOf(posted, snapshot, "events");
      const counted = await database.use(async (db) => {
        const people = posted.filter(({ user_id, user_key }) => isOne(user_id, user_key));
        const ids = await userIdsOf(people, { db, serving });
        const events = posted.map((event, place) => ({
          recId: event.rec_id,
          event: event.event,
          userId: ids[people.indexOf(event)] ?? null,
          movieId: movies[place],
          position: event.position ?? null,
          occurredAt: event.occurred_at === undefined ? null : new Date(event.occurred_at),
        }));
        const variants = [...sharesOf(snapshot.serving.variants).keys()];
        const counted = await acceptFeedback(db, events, { variants });
        bulletin.append(
          events.flatMap(({ event, userId, movieId }) =>
            event === "hide" && userId !== null ? [{ kind: "hidden", userId, movieId }] : []
          ),
        );
        return counted;
      });
      return c.json({ accepted: posted.length, counted }, 202);
    })
    .openapi(hidden, async (c) => {
      const serving = servingOf(c);
      const { snapshot } = serving;
      const { id } = await knownUser(c.req.valid("param").id, serving, database);
      const rows = await database.use((db) => hiddenMovies(db, id));
      const movies = rows.map(({ movie_id, hidden_at }) => {
        const index = snapshot.movieIndex(movie_id);
        const title = index < 0 ? null : snapshot.title(index);
        return { movie_id, title, hidden_at: hidden_at.toISOString() };
      });
      return c.json({ user_id: id, movies }, 200);
    })
    .openapi(hide, async (c) => {
      const pair = await pairFrom(c.req.valid("param"), servingOf(c), database);
      await database.use(async (db) => {
        await hideMovie(db, pair);
        bulletin.append([{ kind: "hidden", ...pair }]);
      });
      return c.body(null, 204);
    })
    .openapi(show, async (c) => {
      const pair = await pairFrom(c.req.valid("param"), servingOf(c), database);
      await database.use(async (db) => {
        await showMovie(db, pair);
        bulletin.append([{ kind: "shown", ...pair }]);
      });
      return c.body(null, 204);
    });
}

/** A number may be anybody's; a key must be known. */
async function knownUser(text: string, serving: Serving, database: Database) {
  const named = await userFrom(text, serving, database);
  if (named.id < 0) throw new Problem("unknown-user", `No user ${JSON.stringify(named.key)} is known.`);
  return named;
}

async function pairFrom(
  { id, movie }: { id: string; movie: string },
  serving: Serving,
  database: Database,
): Promise<{ userId: number; movieId: number }> {
  const { snapshot } = serving;
  const { id: userId } = await knownUser(id, serving, database);
  const { id: movieId, key } = movieFrom(movie, snapshot);
  if (snapshot.movieIndex(movieId) >= 0) return { userId, movieId };
  throw new Problem(
    "unknown-movie",
    `The archive has no movie ${key === undefined ? movieId : JSON.stringify(key)}.`,
  );
}
