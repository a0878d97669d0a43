/** Follows what was asked of the scheduler until it is done: GET /runs/requests/{id}. */
import { ask } from "./ask.js";
import { announce, complain } from "./say.js";

/** Milliseconds between two looks. */
const LOOK_EVERY = 1_500;
const OPEN = ["queued", "running"];

export const isOpen = (request) => request !== null && OPEN.includes(request.status);

/** Calls `changed(request)` now and whenever its state is another; resolves when it is done, failed or refused. */
export async function follow(request, changed) {
  changed(request);
  let last = request;
  while (isOpen(last)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    try {
      const next = await ask(`/runs/requests/${request.request_id}`);
      const isNews = next.status !== last.status || next.run_id !== last.run_id;
      last = next;
      if (isNews) {
        changed(last);
        announce(inWords(last));
      }
    } catch (error) {
      // The server may be between two lives: the next look tells.
      if (error.status !== 0 && error.status < 500) return complain(error);
    }
  }
}

const WHAT = { run: "The run", promote: "The promotion", rollback: "The roll-back" };

export function inWords({ action, status, request_id: id, error }) {
  const what = `${WHAT[action]} (request ${id})`;
  const text = {
    queued: `${what} is asked for; the scheduler takes it up.`,
    running: `${what} is at work.`,
    done: `${what} is done.`,
    failed: `${what} failed.`,
    refused: `${what} was refused.`,
  }[status];
  return error ? `${text} ${error}` : text;
}
