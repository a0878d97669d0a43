/** "Did you mean", for the runner: the definition stands with the names of data sets, which need it too. */
export { nearest } from "../import/nearest.ts";
