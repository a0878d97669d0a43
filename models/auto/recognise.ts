/**
 * How a question was cut from the whole, told by whom and when it asks about against train: never by movies or stars.
 *
 *   users   the people asked about have no rating in train, while both happened at the same time
 *   time    (nearly) nothing in train is younger than what is asked about: one cut for all
 *   last    of each person, what is asked about is younger than what train has: each has a cut of their own
 *   random  none of these
 */
import type { Dataset } from "../dataset.ts";
import { breathe } from "../breathe.ts";
import type { Question } from "./question.ts";

export type CutKind = "time" | "last" | "random" | "users";

export interface Cut {
  kind: CutKind;
  /** Of the people asked about that train knows (of everybody, with `time`): share of their ratings asked about. */
  share: number;
  /** Ratings asked about of each such person, where it is the same number for all; null: a share. */
  perPerson: number | null;
  /** Share of train's people that are asked about. */
  people: number;
  /** Share of all people whose every rating is asked about. */
  newPeople: number;
  /** Share of the rows asked about that are of people without a rating in train. */
  newRows: number;
  /** Why this kind, with the numbers, for a report. */
  reason: string;
}

/** Rows on the wrong side of one cut in time, up to which it is one cut: as a share of the rows asked about. */
const STRAYS = 0.01;
/** Share of the rows that are younger than their person's train, from which on each person has a cut. */
const MOST_YOUNGER = 0.9;
const MOST_NEW = 0.95;
/** Share of the people that have the same number of rows, from which on it is meant. */
const SAME_COUNT = 0.95;
const TIMES_LOOKED_AT = 100_000;

/** What one pass over train tells: counts and newest times by user, and a sorted sample of all times. */
interface TrainFacts {
  n: number;
  counts: Int32Array; // [users]
  newest: Float64Array; // [users], −∞ without a rating
  times: Float64Array;
  hasTimes: boolean;
}

/** The kind of cut that `question` was made by. @throws {RangeError} when it asks nothing, or train is empty. */
export async function recogniseCut(dataset: Dataset, question: Question, signal: AbortSignal): Promise<Cut> {
  const train = await surveyTrain(dataset, signal);
  const { users } = question;
  if (train.n === 0 || users.length === 0) {
    throw new RangeError(
      `Cannot tell how the question was cut as both sides need rows: found ${train.n} and ${users.length}`,
    );
  }
  const ratedAt = train.hasTimes ? question.ratedAt : null;
  const common = countsOfCut(users, train);
  const whole = { ...common, share: users.length / (users.length + train.n) };
  if (ratedAt !== null) {
    const younger = overlap(ratedAt, train);
    if (younger <= STRAYS) {
      const reason = `train has ${percent(younger)} as many rows of its time as are asked about`;
      return { ...whole, kind: "time", reason };
    }
  }
  if (common.newRows >= MOST_NEW) {
    const reason = `${percent(common.newRows)} of what is asked is of people whom train does not know`;
    return { ...common, kind: "users", reason };
  }
  if (ratedAt === null) return withoutTimes(common);
  const late = lateShare(question.users, ratedAt, train);
  const what = `${percent(late)} of what is asked is younger than what train has of the same person`;
  return { ...common, kind: late >= MOST_YOUNGER ? "last" : "random", reason: what };
}

function countsOfCut(users: Int32Array, train: TrainFacts): Omit<Cut, "kind" | "reason"> {
  const asked = countsOf(users, train.counts.length);
  const isWarm = (user: number) => train.counts[user] > 0;
  const rows = users.filter(isWarm).length;
  const known = train.counts.reduce((n, count, user) => n + (asked[user] > 0 ? count : 0), 0);
  const newcomers = distinct(asked, (user) => !isWarm(user));
  const people = distinct(train.counts, () => true);
  return {
    share: rows === 0 ? 0 : rows / (rows + known),
    perPerson: sameCount(asked, train.counts),
    people: distinct(asked, isWarm) / people,
    newPeople: newcomers / (people + newcomers),
    newRows: 1 - rows / users.length,
  };
}

/** Without times, the same small number of each person speaks for their newest in the order of the file. */
function withoutTimes(common: Omit<Cut, "kind" | "reason">): Cut {
  const { perPerson } = common;
  return perPerson === null
    ? { ...common, kind: "random", reason: "there are no times, and people have different numbers of rows" }
    : { ...common, kind: "last", reason: `there are no times, and everybody has ${perPerson} rows` };
}

async function surveyTrain({ users, ratings }: Dataset, signal: AbortSignal): Promise<TrainFacts> {
  const facts = {
    n: 0,
    counts: new Int32Array(users.size),
    newest: new Float64Array(users.size).fill(-Infinity),
  };
  const times: number[] = [];
  let [every, first, hasTimes] = [1, NaN, false];
  for await (const chunk of ratings()) {
    if (facts.counts.length < users.size) {
      facts.counts = resized(facts.counts, new Int32Array(users.size));
      facts.newest = resized(facts.newest, new Float64Array(users.size).fill(-Infinity));
    }
    for (let row = 0; row < chunk.length; row++) {
      if (chunk.isStale[row]) continue;
      const [user, time] = [chunk.users[row], chunk.ratedAt[row]];
      facts.counts[user]++;
      facts.newest[user] = Math.max(facts.newest[user], time);
      if (facts.n === 0) first = time;
      hasTimes ||= time !== first;
      if (facts.n++ % every === 0) times.push(time);
      if (times.length < TIMES_LOOKED_AT) continue;
      every *= 2;
      for (let i = 0; 2 * i < times.length; i++) times[i] = times[2 * i];
      times.length = Math.ceil(times.length / 2);
    }
    await breathe(signal);
  }
  return { ...facts, times: Float64Array.from(times).sort(), hasTimes };
}

function resized<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

function countsOf(users: Int32Array, known: number): Int32Array {
  const size = users.reduce((most, user) => Math.max(most, user + 1), known);
  const counts = new Int32Array(size);
  for (const user of users) counts[user]++;
  return counts;
}

function distinct(counts: Int32Array, of: (user: number) => boolean): number {
  let n = 0;
  for (let user = 0; user < counts.length; user++) if (counts[user] > 0 && of(user)) n++;
  return n;
}

/** The number of rows that (nearly) every known person asked about has; null when they differ. */
function sameCount(asked: Int32Array, train: Int32Array): number | null {
  const people = new Map<number, number>();
  let all = 0;
  asked.forEach((count, user) => {
    if (count === 0 || !(train[user] > 0)) return;
    people.set(count, (people.get(count) ?? 0) + 1);
    all++;
  });
  const [best] = [...people].sort(([, a], [, b]) => b - a);
  return best !== undefined && best[1] >= SAME_COUNT * all && all > 1 ? best[0] : null;
}

/** Rows of train that are younger than (all but the oldest 1 % of) what is asked about, to each row asked about. */
function overlap(ratedAt: Float64Array, { n, times }: TrainFacts): number {
  const first = ratedAt.toSorted()[Math.floor(STRAYS * ratedAt.length)];
  const younger = times.reduce((count, time) => count + (time > first ? 1 : 0), 0);
  return (younger / times.length) * n / ratedAt.length;
}

/** Of the rows whose person train knows, the share that is not older than the newest that train has of them. */
function lateShare(users: Int32Array, ratedAt: Float64Array, { counts, newest }: TrainFacts): number {
  let [late, all] = [0, 0];
  users.forEach((user, row) => {
    if (!(counts[user] > 0)) return;
    all++;
    if (ratedAt[row] >= newest[user]) late++;
  });
  return late / all;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
