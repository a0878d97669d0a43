/** What the manifest says about serving, as the snapshot carries it: models by version, so that nobody reads the manifest. */

/** One model version as the server finds it. */
export interface ServedVersion {
  version: string;
  /** Its name in the manifest. */
  model: string;
  /** Path below the artifact folder. */
  artifact: string;
  /** Of the artifact's bytes, in hex. */
  sha256: string;
}

export interface ServedVariant extends ServedVersion {
  name: string;
  /** Of the people, 0 to 1. */
  share: number;
}

export interface ServingSettings {
  /** In the manifest's order; who is in none gets the champion. */
  variants: ServedVariant[];
  /** Scores a share of the requests beside what answers them; null: none does. */
  shadow: (ServedVersion & { share: number }) | null;
  /** What no list ever shows. */
  hide: { movies: number[]; genres: string[] };
}

export const NO_SETTINGS: ServingSettings = { variants: [], shadow: null, hide: { movies: [], genres: [] } };
