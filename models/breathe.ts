/** Lets timers, sockets and Ctrl-C have their turn in a long computation. @throws the signal's reason once aborted. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  signal.throwIfAborted();
}
