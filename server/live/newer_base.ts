/**
 * What PostgreSQL had of the time after a snapshot at one moment: typed arrays in shared memory, so that all workers
 * read one copy, and the few versions of the registry.
 */
import { grown } from "../../models/id_index.ts";
import { indexOfId } from "../../models/snapshot/index_of_id.ts";
import type { Registered } from "./shared_model.ts";

/** Movies by user, as compressed sparse rows of ids, ascending. */
export interface MovieRows {
  readonly userIds: Int32Array;
  /** One more than there are users. */
  readonly offsets: Uint32Array;
  readonly movieIds: Int32Array;
  /** Beside `movieIds`: 1 to 10; 0: not known, or no rating. */
  readonly halfStars: Uint8Array;
}

export interface NewerBase {
  /** Which read it was: a later base has a greater one. */
  readonly serial: number;
  /** The log's head before the read began: every entry before it is in. */
  readonly epoch: number;
  /** Every rating of a later batch, and every live one, is in; others may be. */
  readonly afterBatch: number;
  readonly ratings: MovieRows;
  /** What people asked never to see. */
  readonly hidden: MovieRows;
  /** Whoever was erased while a snapshot has them, ascending. */
  readonly erased: Int32Array;
  /** Versions that could be loaded: PostgreSQL may be down when somebody asks for one. */
  readonly registered: readonly Registered[];
}

/** Takes movies in ascending order of (user, movie). */
export interface MovieRowsBuilder {
  add(userId: number, movieId: number, halfStars: number): void;
  finish(): MovieRows;
}

export function createMovieRows(): MovieRowsBuilder {
  let userIds = new Int32Array(256);
  let offsets = new Uint32Array(257);
  let movieIds = new Int32Array(1024);
  let halfStars = new Uint8Array(1024);
  let users = 0;
  let n = 0;
  return {
    add(userId, movieId, half) {
      if (users === 0 || userIds[users - 1] !== userId) {
        if (users === userIds.length) {
          userIds = grown(userIds, users + 1, Int32Array);
          offsets = grown(offsets, userIds.length + 1, Uint32Array);
        }
        userIds[users++] = userId;
      }
      if (n === movieIds.length) {
        movieIds = grown(movieIds, n + 1, Int32Array);
        halfStars = grown(halfStars, movieIds.length, Uint8Array);
      }
      movieIds[n] = movieId;
      halfStars[n++] = half;
      offsets[users] = n;
    },
    finish: () => ({
      userIds: sharedInt32(userIds.subarray(0, users)),
      offsets: filled(
        new Uint32Array(new SharedArrayBuffer(4 * (users + 1))),
        offsets.subarray(0, users + 1),
      ),
      movieIds: sharedInt32(movieIds.subarray(0, n)),
      halfStars: filled(new Uint8Array(new SharedArrayBuffer(n)), halfStars.subarray(0, n)),
    }),
  };
}

/** What is known without a database: nothing. */
export function emptyBase(afterBatch: number, epoch: number): NewerBase {
  const nobody = createMovieRows().finish();
  return {
    serial: 0,
    epoch,
    afterBatch,
    ratings: nobody,
    hidden: nobody,
    erased: sharedInt32([]),
    registered: [],
  };
}

/** A copy of `values` that workers can share. */
export function sharedInt32(values: ArrayLike<number>): Int32Array<SharedArrayBuffer> {
  return filled(new Int32Array(new SharedArrayBuffer(4 * values.length)), values);
}

function filled<A extends { set(values: ArrayLike<number>): void }>(target: A, values: ArrayLike<number>): A {
  target.set(values);
  return target;
}

/** Where the row of `userId` begins and ends; null: there is none. */
export function rowOf({ userIds, offsets }: MovieRows, userId: number): [start: number, end: number] | null {
  const user = indexOfId(userIds, userId);
  return user < 0 ? null : [offsets[user], offsets[user + 1]];
}
