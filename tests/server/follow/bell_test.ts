import { createBell } from "../../../server/follow/bell.ts";

/** Longer than any test. */
const NEVER = 600_000;

Deno.test("ringSoon() wakes a sleeper, and one that comes later", async () => {
  using bell = createBell();
  const sleeping = bell.rung(NEVER);
  bell.ringSoon(1);
  await sleeping;
  bell.ringSoon(1);
  await bell.rung(NEVER);
});

Deno.test("ringSoon() takes one timer, however often it is asked, and leaves none behind", () => {
  // Any other one the sanitizer would find.
  using bell = createBell();
  for (let i = 0; i < 3; i++) bell.ringSoon(NEVER);
});
