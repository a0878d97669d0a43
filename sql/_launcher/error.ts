/** The one error of the launcher that callers catch: the database cannot be had, and the message says what to do. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}
