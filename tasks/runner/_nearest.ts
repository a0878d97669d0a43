/** "Did you mean", for the runner: the definition stands where the server, too, may take it from. */
export { nearest } from "../../models/nearest.ts";
