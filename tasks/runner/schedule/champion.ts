/**
 * Changes of the champion that come over the database: the registry's own code does them, as it does at the keyboard.
 *
 * The runner knows no registry (the registry knows the runner), so its module is found by its path, as tasks are.
 */
import type { World } from "../cli/command.ts";
import type { Session } from "../session.ts";

export interface ChampionRequest {
  action: "promote" | "rollback";
  /** The version to promote; nothing of a rollback. */
  subject: string;
  by: string;
  reason: string | null;
}

export interface ChampionAnswer {
  status: "succeeded" | "failed";
  /** What there is to say of it; null: it is done, and the server has it. */
  reason: string | null;
}

export type ChangeChampion = (
  session: Session,
  request: ChampionRequest,
  place: { world: World; manifest?: string },
) => Promise<ChampionAnswer>;

const MODULE = new URL("../../registry/requested.ts", import.meta.url);

/** Loads the registry's code when it is first needed. */
export const changeChampion: ChangeChampion = async (session, request, place) => {
  const module: { changeAsRequested: ChangeChampion } = await import(MODULE.href);
  return await module.changeAsRequested(session, request, place);
};
