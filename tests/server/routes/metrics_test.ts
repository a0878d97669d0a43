import assert from "@std/assert";
import { createMetrics } from "../../../server/http/metrics.ts";
import { testPool } from "../../support/database.ts";
import { snapshotParts, userIdOf } from "../../support/snapshot.ts";
import { addInbox } from "../_archive.ts";
import { appOn, servingOf } from "../_serving.ts";
import { writingApp } from "../_writing.ts";

/** Value of a line, by name and labels as they stand; undefined when there is none. */
function valueOf(text: string, line: string): number | undefined {
  const found = text.split("\n").find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

const DURATION = "matinee_http_request_duration_seconds";

Deno.test("GET /metrics counts requests by route pattern and status, and lists by what made them", async () => {
  let ms = 0;
  const { app } = appOn(await servingOf(snapshotParts()), {}, { now: () => ms += 2 });
  for (const user of [1, 2, 4]) await app.request(`/users/${userIdOf(user)}/recommendations`);
  await app.request("/users/4/recommendations");
  for (const path of ["/users/x", "/nowhere/1", "/nowhere/2"]) await app.request(path);
  await app.request("/stats", { method: "POST" });
  const response = await app.request("/metrics");
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  const labels = 'method="GET",route="/users/:id/recommendations",status="200"';
  assert.equal(valueOf(text, `${DURATION}_count{${labels}}`), 4);
  assert.equal(valueOf(text, `${DURATION}_sum{${labels}}`), 0.008);
  assert.equal(valueOf(text, `${DURATION}_bucket{le="0.001",${labels}}`), 0);
  assert.equal(valueOf(text, `${DURATION}_bucket{le="0.0025",${labels}}`), 4);
  assert.equal(valueOf(text, `${DURATION}_count{method="GET",route="unmatched",status="404"}`), 2);
  assert.equal(valueOf(text, `${DURATION}_count{method="POST",route="/stats",status="405"}`), 1);
  assert.equal(valueOf(text, 'matinee_lists_total{source="two_tower",path="model",variant=""}'), 3);
  assert.equal(valueOf(text, 'matinee_lists_total{source="popularity",path="popularity",variant=""}'), 1);
  assert.equal(valueOf(text, 'matinee_problems_total{kind="unknown-route"}'), 2);
  assert.equal(valueOf(text, 'matinee_problems_total{kind="bad-parameter"}'), 1);
  assert.ok(!text.includes("/users/x") && !text.includes("/nowhere"), "no path of a client is a label");
});

Deno.test("GET /metrics says what is served, and for how long", async () => {
  const serving = await servingOf(snapshotParts(), [[500, 10]]);
  const { app, live } = appOn(serving, { isDatabaseUp: false });
  const text = await (await app.request("/metrics")).text();
  const snapshot = serving.sha256.slice(0, 16);
  const info = `version="test-1",model="two_tower",snapshot="${snapshot}",day="2026-03-01"`;
  assert.equal(valueOf(text, `matinee_model_info{${info}}`), 1);
  // Twelve hours, though the day of its run began a day before.
  assert.equal(valueOf(text, "matinee_snapshot_age_seconds"), 43_200);
  assert.equal(valueOf(text, "matinee_newer_ratings"), 1);
  assert.equal(valueOf(text, "matinee_database_up"), 0);
  assert.equal(valueOf(text, 'matinee_queue_length{queue="inbox"}'), undefined);
  live.current = await servingOf(snapshotParts({ seed: 2 }));
  const swapped = await (await app.request("/metrics")).text();
  assert.equal(valueOf(swapped, `matinee_model_info{${info}}`), undefined);
  live.current = null;
  const nothing = await (await app.request("/metrics")).text();
  assert.ok(!/^matinee_(model_info|snapshot_age_seconds|newer_ratings)[ {]/m.test(nothing));
});

Deno.test("GET /metrics says what waits", async () => {
  await using db = await testPool();
  const { app } = writingApp(db, await servingOf(snapshotParts()));
  await addInbox(db, [1, 10]);
  await addInbox(db, [1, 20]);
  const text = await (await app.request("/metrics")).text();
  assert.equal(valueOf(text, 'matinee_queue_length{queue="inbox"}'), 2);
  assert.equal(valueOf(text, 'matinee_queue_length{queue="run_requests"}'), 0);
});

Deno.test("GET /metrics adds all workers up, and takes what they share once", async () => {
  const serving = await servingOf(snapshotParts(), [[500, 10]]);
  const options = {
    live: { current: serving },
    state: { isDatabaseUp: true },
    clock: () => new Date("2026-03-01T12:00:10Z"),
    shadow: () =>
      new Map([["v2", { lists: 4, overlap: 3.5, correlated: 3, correlation: 1.5, skipped: 1, failed: 0 }]]),
  };
  const [a, b] = [createMetrics(options), createMetrics(options)];
  const request = { method: "GET", route: "/stats", status: 200, seconds: 0.25 };
  for (const worker of [a, a, b]) worker.answered(request);
  a.cached("hit");
  b.cached("hit");
  a.listed({ source: "als", path: "model", variant: "b", dropped: { seen: 2, hidden: 0, excluded: 1 } });
  b.listed({ source: "als", path: "model", variant: "b", dropped: { seen: 3, hidden: 0, excluded: 0 } });
  const { app } = appOn(serving, {}, {
    metrics: a,
    gatherMetrics: () => Promise.all([a, b].map((worker) => worker.collect())),
  });
  const text = await (await app.request("/metrics")).text();
  const expected: Record<string, number | undefined> = {
    [`${DURATION}_count{method="GET",route="/stats",status="200"}`]: 3,
    [`${DURATION}_sum{method="GET",route="/stats",status="200"}`]: 0.75,
    'matinee_list_cache_total{result="hit"}': 2,
    'matinee_lists_total{source="als",path="model",variant="b"}': 2,
    'matinee_list_dropped_total{why="seen"}': 5,
    'matinee_list_dropped_total{why="excluded"}': 1,
    'matinee_list_dropped_total{why="hidden"}': undefined,
    'matinee_shadow_lists{version="v2"}': 8,
    'matinee_shadow_overlap_sum{version="v2"}': 7,
    'matinee_shadow_correlation_sum{version="v2"}': 3,
    matinee_snapshot_age_seconds: 10,
    matinee_newer_ratings: 1,
  };
  for (const [line, value] of Object.entries(expected)) assert.equal(valueOf(text, line), value, line);
});
