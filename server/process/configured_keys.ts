/** The API keys of a server: out of its environment, and out of a file that this names. */
import { type KeyRecord, readKeys } from "../http/keys.ts";
import { UsageError } from "./options.ts";

export interface KeySources {
  /** Value of MATINEE_API_KEYS. */
  keys?: string;
  /** Value of MATINEE_API_KEYS_FILE: a path. */
  file?: string;
}

/** Those of both; none where neither is set. @throws {UsageError} on what is no key, and a file that is not there. */
export function configuredKeys({ keys = "", file = "" }: KeySources): KeyRecord[] {
  try {
    const own = readKeys(keys, "MATINEE_API_KEYS");
    const filed = file === ""
      ? []
      : readKeys(Deno.readTextFileSync(file), `MATINEE_API_KEYS_FILE ("${file}")`);
    const twice = filed.find(({ name }) => own.some((key) => key.name === name));
    if (!twice) return [...own, ...filed];
    throw new SyntaxError(
      `Cannot read MATINEE_API_KEYS_FILE ("${file}") as each name should stand once: ` +
        `found "${twice.name}" in MATINEE_API_KEYS, too`,
    );
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new UsageError(cause.message, { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot read the file that MATINEE_API_KEYS_FILE names, "${file}": ${reason}`, {
      cause,
    });
  }
}
