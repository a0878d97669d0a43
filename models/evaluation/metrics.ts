/** What quality means, in numbers: of stars, of lists, and of what lists do to a catalogue. */
export * from "./metrics/rating.ts";
export * from "./metrics/ranking.ts";
export * from "./metrics/catalogue.ts";
