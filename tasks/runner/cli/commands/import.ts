/** `deno task import [SOURCE]`: brings a data set into the archive, once. */
import { type Command, printJson } from "../command.ts";
import { importSource, namedInManifest, namedOnCommandLine, pointing } from "../../archive.ts";
import { EXIT, UsageError } from "../../errors.ts";
import { loadPipeline } from "../load.ts";
import { count } from "../log.ts";
import { Session } from "../../session.ts";

export const importCommand: Command = {
  help: {
    usage: "deno task import [SOURCE] [--replace | --same-ids] [--json]",
    summary: "Imports a MovieLens data set: a folder, a zip, a name such as ml-latest-small or ml-32m, or " +
      "sample[:RATINGS].\nTwice adds nothing; an import that was killed goes on where it stopped.",
    options: {
      replace: { help: "put a new archive in place of the one that is there, which is kept aside" },
      "same-ids": { help: "add what is new in a newer edition, whose user and movie ids mean the same" },
      json: { help: "print what was imported as one JSON document" },
    },
    words: { min: 0, max: 1 },
  },

  async run({ words: [name], values, switches }, world) {
    const replace = switches.has("replace");
    const sameIds = switches.has("same-ids");
    if (replace && sameIds) {
      throw new UsageError("Cannot import with both --replace and --same-ids: they exclude each other");
    }
    const pipeline = await loadPipeline(values.manifest);
    await using session = await Session.open("import", world.say);
    await session.lockRuns();
    const source = name === undefined
      ? await namedInManifest(pipeline, session, world)
      : await namedOnCommandLine(name, session, world);
    const { action, nCopied, nKnown, nUnparsable } = await pointing(
      pipeline,
      () => importSource(session, source, { world, replace, sameIds }),
    );
    if (switches.has("json")) {
      const counts = { ratings: nCopied, already_in: nKnown, unparsable: nUnparsable };
      printJson(world, { action, edition: source.edition, ...counts });
    } else {
      const what = action === "nothing" ? "Nothing to do: it is all in" : `${count(nCopied)} ratings are in`;
      const known = nKnown > 0 ? `, ${count(nKnown)} were already in` : "";
      world.out(`${source.edition}: ${what}${known}.\nNext: deno task daily\n`);
    }
    return EXIT.done;
  },
};
