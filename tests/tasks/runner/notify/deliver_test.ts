import assert from "@std/assert";
import { deliver, type EventBody, targetName } from "../../../../tasks/runner/notify/deliver.ts";
import { createReceiver, QUICK } from "./_receiver.ts";

const ON = ["failed"] as const;
const BODY: EventBody = {
  id: 7,
  event: "failed",
  pipeline: "daily",
  day: "2026-03-01",
  run: 3,
  kind: "daily",
  schedule: null,
  stage: "train",
  error: 'no such file "ü"',
  at: "2026-03-01T02:10:00.000Z",
  next: "deno task daily",
};

Deno.test("deliver() posts the event as JSON", async () => {
  await using receiver = createReceiver();
  assert.equal(await deliver({ on: ON, webhook: receiver.url }, BODY, QUICK), null);
  assert.deepEqual(receiver.events, [BODY]);
});

Deno.test("deliver() tries a webhook three times, and takes the first good answer", async () => {
  await using receiver = createReceiver((n) => n === 1 ? 200 : 503);
  assert.equal(await deliver({ on: ON, webhook: receiver.url }, BODY, QUICK), null);
  assert.equal(receiver.events.length, 2);
  await using deaf = createReceiver(() => 500);
  assert.equal(await deliver({ on: ON, webhook: deaf.url }, BODY, QUICK), "it answered 500");
  assert.equal(deaf.events.length, 3);
});

Deno.test("deliver() gives a webhook up that does not answer in time, or is not there", async () => {
  const gate = Promise.withResolvers<number>();
  await using receiver = createReceiver(() => gate.promise);
  const limits = { ...QUICK, webhook: 20, pauses: [] };
  const slow = await deliver({ on: ON, webhook: receiver.url }, BODY, limits);
  assert.equal(slow, "it did not answer within 0.02 s");
  gate.resolve(200);
  const gone = createReceiver();
  await gone[Symbol.asyncDispose]();
  assert.match(await deliver({ on: ON, webhook: gone.url }, BODY, QUICK) ?? "", /error sending request/);
});

Deno.test("deliver() gives a command the event in its environment and on standard input", async () => {
  const file = await Deno.makeTempFile();
  const script = 'printf "%s %s\\n" "$MATINEE_EVENT" "$1" > "$0"; cat >> "$0"';
  assert.equal(
    await deliver({ on: ON, command: ["sh", "-c", script, file, "an argument"] }, BODY, QUICK),
    null,
  );
  const [head, body] = (await Deno.readTextFile(file)).split("\n");
  assert.equal(head, "failed an argument");
  assert.deepEqual(JSON.parse(body), BODY);
  await Deno.remove(file);
});

Deno.test("deliver() says how a command ended that did not end well", async () => {
  const outcome = (...command: string[]) => deliver({ on: ON, command }, BODY, { ...QUICK, command: 300 });
  assert.equal(await outcome("sh", "-c", "exit 3"), "it ended with exit code 3");
  assert.equal(await outcome("sh", "-c", "kill -9 $$"), "it ended with SIGKILL");
  assert.equal(await outcome("sleep", "60"), "it took longer than 0.3 s");
  assert.equal(await outcome("true"), null, "a command need not read");
});

Deno.test("targetName() tells targets apart without their secrets", () => {
  const name = targetName({ on: ON, webhook: "https://hooks.example.org/services/T0KEN" });
  assert.match(name, /^webhook hooks\.example\.org [0-9a-f]{12}$/);
  assert.notEqual(name, targetName({ on: ON, webhook: "https://hooks.example.org/services/0THER" }));
  assert.match(targetName({ on: ON, command: ["mail", "-s", "secret"] }), /^command mail [0-9a-f]{12}$/);
});

Deno.test("deliver() never repeats a webhook's address, which may hold a secret", async () => {
  const gone = await createReceiver();
  const address = `${gone.url}/secret/T0K3N`;
  await gone[Symbol.asyncDispose]();
  const fault = await deliver({ on: ON, webhook: address }, BODY, QUICK) ?? "";
  assert.match(fault, /error sending request for url \(its address\)/);
  assert.doesNotMatch(fault, /T0K3N/);
});

Deno.test("deliver() says what is wrong with a command that cannot be started, and goes on", async () => {
  const fault = await deliver({ on: ON, command: ["a\0b"] }, BODY, QUICK);
  assert.match(fault ?? "", /\w/);
});
