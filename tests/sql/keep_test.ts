import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import { testPool } from "../support/database.ts";
import { until } from "../server/_until.ts";

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));
const NOBODY = "postgres://postgres@127.0.0.1:1/none";

/** `sql/keep.ts` around a program given as source text. */
function keeper(program: string, databaseUrl: string, ...flags: string[]): Deno.Command {
  const command = ["deno", "eval", "--quiet", program, ...flags];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=database", "sql/keep.ts", ...command],
    cwd: CHECKOUT,
    env: { DATABASE_URL: databaseUrl },
    stdout: "piped",
    stderr: "piped",
  });
}

async function outcome(command: Deno.Command) {
  const { code, stdout, stderr } = await command.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("keep.ts hands the database over, migrated, and passes the exit code back", async () => {
  await using db = await testPool();
  await db.script("drop schema ops_db cascade; drop schema processed_db cascade;");
  await db.script("drop schema data_lake_db cascade; drop schema raw_db cascade;");
  const program = "console.log(Deno.env.get('DATABASE_URL')); Deno.exit(7)";
  const { code, out, err } = await outcome(keeper(program, db.url));
  assert.equal(code, 7, err);
  assert.equal(out.trim(), db.url);
  await db.script("select from ops_db.publications");
});

Deno.test("keep.ts runs the command without a database too, and says why there is none", async () => {
  const { code, out, err } = await outcome(keeper("console.log(Deno.env.get('DATABASE_URL'))", NOBODY));
  assert.equal(code, 0);
  assert.equal(out.trim(), NOBODY);
  assert.match(err, /^Matinee: starting the database, then the server\.\n/);
  assert.match(err, /warning: going on without the database\. Cannot connect to the server of DATABASE_URL/);
});

Deno.test("keep.ts starts no database for --help", async () => {
  const { code, err } = await outcome(keeper("", NOBODY, "--help"));
  assert.equal(code, 0);
  assert.equal(err, "");
});

Deno.test("keep.ts passes signals on", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    const program = `
      Deno.addSignalListener("${signal}", () => Deno.exit(9));
      setTimeout(() => Deno.exit(1), 60_000);
      console.log("up");`;
    const child = keeper(program, NOBODY).spawn();
    let said = "";
    const reading = (async () => {
      for await (const chunk of child.stdout) said += new TextDecoder().decode(chunk);
    })();
    const complaints = new Response(child.stderr).text();
    await until(() => said.includes("up"), "the command runs", 60);
    child.kill(signal);
    assert.equal((await child.status).code, 9, signal);
    await Promise.all([reading, complaints]);
  }
});
