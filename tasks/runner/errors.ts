/** Errors that the command line maps to exit code 2: the person can mend them, and no stage has failed. */

/** Wrong flags, or a command that makes no sense now. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A manifest with errors; the message lists all of them as an operator reads them. */
export class ManifestErrors extends Error {
  override name = "ManifestErrors";
}

/** What a stage wrote is not what the manifest's checks want; a stage may be tried again for it. */
export class CheckError extends Error {
  override name = "CheckError";
}

/** Exit codes, as the README lists them. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
