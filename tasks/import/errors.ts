/** Data that cannot be used as it stands: no such file, a broken one, another id space. Commands exit with 2. */
export class DataError extends Error {
  override readonly name = "DataError";
}
