/** What is known of the snapshot's users beside their ratings, as columns. */
import type { Person } from "../people.ts";

/** One entry a user; 0, or −1 for the age: nothing is known. */
export interface DemographicColumns {
  /** Place in `genders` + 1. */
  gender: Uint16Array;
  age: Int32Array;
  /** Place in `occupations` + 1. */
  occupation: Uint16Array;
  genders: readonly string[];
  occupations: readonly string[];
}

/** Columns of the people that `find` knows among `userIds`; null when it knows none of them. */
export function demographicColumns(
  userIds: Int32Array,
  find: (userId: number) => Person | undefined,
): DemographicColumns | null {
  const people = Array.from(userIds, find);
  if (people.every((person) => person === undefined)) return null;
  const names = (of: (person: Person) => string | null) =>
    Array.from(new Set(people.flatMap((person) => person && of(person) || []))).sort();
  const genders = names(({ gender }) => gender);
  const occupations = names(({ occupation }) => occupation);
  return {
    gender: Uint16Array.from(people, (person) => genders.indexOf(person?.gender ?? "") + 1),
    age: Int32Array.from(people, (person) => person?.age ?? -1),
    occupation: Uint16Array.from(people, (person) => occupations.indexOf(person?.occupation ?? "") + 1),
    genders,
    occupations,
  };
}

/** The person at place `user`; null when nothing is known of them. */
export function personAt(columns: DemographicColumns, user: number): Person | null {
  const { genders, occupations } = columns;
  const gender = genders[columns.gender[user] - 1] ?? null;
  const age = columns.age[user] < 0 ? null : columns.age[user];
  const occupation = occupations[columns.occupation[user] - 1] ?? null;
  return gender === null && age === null && occupation === null ? null : { gender, age, occupation };
}
