/** What schemas of many routes are made of: parameters, and the problems that a route answers with. */
import { z } from "@hono/zod-openapi";
import { type ProblemKind, PROBLEMS } from "./problem.ts";

/** A whole number of a query. */
export function wholeNumber({ least, most, usual }: { least: number; most: number; usual?: number }) {
  const wanted = `a whole number from ${least} to ${most}`;
  return z.custom<number | string>((given) => isBetween(wholeFrom(given), least, most), wanted)
    .transform(wholeFrom)
    .openapi({ type: "integer", minimum: least, maximum: most, default: usual });
}

/** A number of a query, as people write them: 0.3, 1, .5. */
export function decimalNumber({ least, most, usual }: { least: number; most: number; usual?: number }) {
  const wanted = `a number from ${least} to ${most}`;
  return z.custom<number | string>((given) => isBetween(decimalFrom(given), least, most), wanted)
    .transform(decimalFrom)
    .openapi({ type: "number", minimum: least, maximum: most, default: usual });
}

/** Yes or no in a query. */
export function yesOrNo() {
  const isSaid = (given: unknown) => SAID.has(String(given));
  return z.custom<boolean | "true" | "false" | "1" | "0">(isSaid, "true or false")
    .transform((given) => given === true || given === "true" || given === "1")
    .openapi({ type: "boolean", default: false });
}

/** Several texts in a query, with commas between them: `a,b`; `a` and `b` apart will do, too. */
export function texts({ most }: { most: number }) {
  const wanted = `from 1 to ${most} texts with commas between them`;
  return z.union([z.string(), z.array(z.string())], { error: wanted })
    .transform((given) => (typeof given === "string" ? [given] : given).flatMap((text) => text.split(",")))
    .refine((parts) => parts.length <= most && parts.every((part) => part !== ""), { error: wanted })
    .openapi({
      type: "array",
      items: { type: "string", minLength: 1 },
      minItems: 1,
      maxItems: most,
      param: { style: "form", explode: false },
    });
}

const SAID = new Set(["true", "false", "1", "0"]);
const wholeFrom = (given: unknown) => /^-?\d{1,10}$/.test(String(given)) ? Number(given) : NaN;
const decimalFrom = (given: unknown) =>
  /^-?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})$/.test(String(given)) ? Number(given) : NaN;
const isBetween = (value: number, least: number, most: number) => value >= least && value <= most;

/** `{id}` of a user in a path. */
export const userId = z.string().openapi({
  description: "The user's number, or `key:` and what the data set calls them.",
  pattern: "^(\\d{1,10}|key:.*)$",
  example: "1",
});

/** `{id}` of a movie in a path. */
export const movieId = z.string().openapi({
  description: "The movie's number, or `key:` and what the data set calls it.",
  pattern: "^(\\d{1,10}|key:.*)$",
  example: "1",
});

/** Largest id: PostgreSQL's integer ends here. */
const LARGEST_ID = 2 ** 31 - 1;
const ID = `a whole number from 0 to ${LARGEST_ID}, or key: and a text`;

/** An id in a body: a number, or `key:` and what the data set says. */
export const anyId = z.union([z.number(), z.string()], { error: ID })
  .refine(
    (given) =>
      typeof given === "string"
        ? given.startsWith("key:")
        : Number.isInteger(given) && isBetween(given, 0, LARGEST_ID),
    { error: ID },
  )
  .openapi({
    anyOf: [{ type: "integer", minimum: 0, maximum: LARGEST_ID }, { type: "string", pattern: "^key:" }],
  });

const problemSchema = z.object({
  type: z.string().describe("`urn:matinee:problem:` and the kind: what programs should look at."),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe("What was wanted, and what was found."),
  next: z.string().optional().describe("What to do about it."),
  errors: z.array(z.object({ field: z.string(), wanted: z.string(), found: z.string().optional() }))
    .optional()
    .describe("All that is wrong, field by field."),
  instance: z.string().describe("The path that was asked."),
  request_id: z.string().describe("The log knows the request by this."),
}).openapi("Problem", {
  description: "RFC 9457 problem details.",
  example: {
    type: "urn:matinee:problem:bad-parameter",
    title: "A parameter is wrong",
    status: 400,
    detail: 'Cannot read n as it should be a whole number from 1 to 100: found "0"',
    errors: [{ field: "n", wanted: "a whole number from 1 to 100", found: '"0"' }],
    instance: "/users/1/recommendations",
    request_id: "4c2e5a0e-6f0b-4c39-9a57-0e8c5a1f3d55",
  },
});

/** What any route may answer with. */
const EVERYWHERE = ["no-key", "narrow-key", "too-many-requests", "internal"] as const;

/** What any route with a JSON body may answer with. */
export const OF_BODIES = ["bad-parameter", "bad-json", "wrong-type", "too-large"] as const;

type StatusOf<K extends ProblemKind> = (typeof PROBLEMS)[K]["status"];
interface ProblemAnswer {
  description: string;
  content: { "application/problem+json": { schema: typeof problemSchema } };
}

/** The `responses` of a route for problems of `kinds`, and for those that any route has. */
export function problems<K extends ProblemKind>(
  ...kinds: K[]
): { [S in StatusOf<K | (typeof EVERYWHERE)[number]>]: ProblemAnswer } {
  const titles = new Map<number, string[]>();
  for (const kind of [...kinds, ...EVERYWHERE]) {
    const { status, title } = PROBLEMS[kind];
    titles.set(status, [...titles.get(status) ?? [], `${title} (\`${kind}\`).`]);
  }
  const answers = Array.from(titles, ([status, lines]) => [status, {
    description: lines.join(" "),
    content: { "application/problem+json": { schema: problemSchema } },
  }]);
  return Object.fromEntries(answers);
}

/** A JSON answer of a route. */
export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body of a route. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return { required: true as const, content: { "application/json": { schema } } };
}
