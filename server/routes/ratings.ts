/** Ratings come in here: durable before the answer, and hidden from every list from then on. */
import { createRoute, z } from "@hono/zod-openapi";
import { needs } from "../http/access.ts";
import type { AppDeps } from "../http/env.ts";
import { closed } from "../http/refusal.ts";
import { createRouter } from "../http/router.ts";
import { json, OF_BODIES, problems } from "../http/schemas.ts";
import { servingOf } from "../http/serving.ts";
import { isOne, movieFields, movieIdsOf, userFields, userIdsOf } from "../writes/named.ts";
import { refuseImpossibleTimes } from "../writes/times.ts";
import { acceptRatings } from "../writes/ratings.ts";

/** Ratings of one request. */
const MOST_RATINGS = 1_000;

const rating = closed({
  ...userFields,
  ...movieFields,
  rating: z.number().min(0.5).max(5).multipleOf(0.5).openapi({ description: "Stars.", example: 4.5 }),
  rated_at: z.iso.datetime({ offset: true }).optional()
    .openapi({ description: "When, not in the future (default: now).", example: "2026-03-01T20:15:00Z" }),
})
  .refine(({ user_id, user_key }) => isOne(user_id, user_key), "either user_id or user_key")
  .refine(({ movie_id, movie_key }) => isOne(movie_id, movie_key), "either movie_id or movie_key");

const body = z.union([rating, closed({ ratings: z.array(rating).min(1).max(MOST_RATINGS) })])
  .openapi("Ratings", { example: { ratings: [{ user_id: 1, movie_id: 50, rating: 4.5 }] } });

const receipt = z.object({
  accepted: z.int().describe("How many ratings were taken: all."),
  received_at: z.string().describe("When; a repeat under the same Idempotency-Key says the same."),
}).openapi("RatingReceipt");

const post = createRoute({
  method: "post",
  path: "/ratings",
  ...needs("write"),
  tags: ["ratings"],
  summary: "Takes one rating or many, all or none",
  description:
    "On disk before the answer; the next list of these people leaves the movies out. Of two ratings of " +
    "a movie by a person, the one with the later rated_at counts.",
  request: {
    headers: z.object({
      "idempotency-key": z.string().min(1).max(200).regex(/^[\x20-\x7e]+$/, "printable ASCII").optional()
        .openapi({
          description: "A text of your own: sent again with the same ratings, nothing is taken twice.",
        }),
    }),
    body: { required: true, content: { "application/json": { schema: body } } },
  },
  responses: {
    202: json(receipt, "Taken, and durable."),
    ...problems(...OF_BODIES, "unknown-movie", "key-reused", "nothing-to-serve", "database-down"),
  },
});

export function ratingRoutes({ database, bulletin, clock }: AppDeps) {
  return createRouter()
    .openapi(post, async (c) => {
      const serving = servingOf(c);
      const given = c.req.valid("json");
      const posted = "ratings" in given ? given.ratings : [given];
      const now = clock();
      refuseImpossibleTimes(posted.map(({ rated_at }) => rated_at), {
        field: (place) => `ratings.${place}.rated_at`,
        now,
      });
      const movies = movieIdsOf(posted, serving.snapshot, "ratings");
      const key = c.req.valid("header")["idempotency-key"] ?? null;
      const answer = await database.use(async (db) => {
        const users = await userIdsOf(posted, { db, serving });
        const ratings = posted.map(({ rating, rated_at }, place) => ({
          userId: users[place],
          movieId: movies[place],
          stars: rating,
          ratedAt: rated_at === undefined ? null : new Date(rated_at),
        }));
        const { isRepeat: _, ...answer } = await acceptRatings(db, ratings, { key, receivedAt: now });
        // A repeat, too: the first time may have ended between commit and notice.
        bulletin.append(
          ratings.map(({ userId, movieId, stars }) => ({ kind: "rated", userId, movieId, stars })),
        );
        return answer;
      });
      return c.json(answer, 202);
    });
}
