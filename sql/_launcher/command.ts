/** Runs the launcher's programs: always through /usr/bin/env, which alone then needs the permission to run. */
import type { Owner } from "./place.ts";

export interface Outcome {
  success: boolean;
  /** Standard output. */
  text: string;
  /** Standard error. */
  complaint: string;
}

/**
 * Runs `args` (the first is the program) to its end, as `owner` if given, from `/`.
 *
 * The program sees a bare environment, so that nobody's PGPORT or LC_ALL changes what it does; `inherit` keeps ours.
 * `libraries` is a folder for the dynamic linker: Deno would ask for every run permission to set it itself.
 */
export async function run(
  args: readonly string[],
  { owner, libraries, inherit = false }: { owner?: Owner | null; libraries?: string; inherit?: boolean } = {},
): Promise<Outcome> {
  const environment = inherit ? [] : ["-i", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C"];
  if (libraries) environment.push(`LD_LIBRARY_PATH=${libraries}`);
  const { success, stdout, stderr } = await new Deno.Command("/usr/bin/env", {
    args: [...environment, ...args],
    cwd: inherit ? undefined : "/",
    stdin: "null",
    ...owner,
  }).output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout).trim(), complaint: decoder.decode(stderr).trim() };
}
