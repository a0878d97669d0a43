import assert from "@std/assert";
import { fileURLToPath } from "node:url";
import { findDatabase } from "../../sql/launcher.ts";
import { testPool } from "../support/database.ts";
import { ownHome, serverOf, signalTo } from "../support/embedded_server.ts";
import { until } from "../support/until.ts";

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));
const NOBODY = "postgres://postgres@127.0.0.1:1/none";

/** `sql/keep.ts` around a program given as source text. */
function keeper(
  program: string,
  databaseUrl: string,
  { flags = [], env = {}, stdin = "null" }: {
    flags?: string[];
    env?: Record<string, string>;
    stdin?: "null" | "piped";
  } = {},
): Deno.Command {
  const command = ["deno", "eval", "--quiet", program, ...flags];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=database", "sql/keep.ts", ...command],
    cwd: CHECKOUT,
    env: { DATABASE_URL: databaseUrl, ...env },
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

async function heardOf(stream: ReadableStream<Uint8Array>, hear: (text: string) => void): Promise<void> {
  for await (const chunk of stream) hear(new TextDecoder().decode(chunk));
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
  const { code, err } = await outcome(keeper("", NOBODY, { flags: ["--help"] }));
  assert.equal(code, 0);
  assert.equal(err, "");
});

Deno.test("keep.ts passes signals on", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    const program = `
      Deno.addSignalListener("${signal}", () => Deno.exit(9));
      setTimeout(() => Deno.exit(1), 60_000);
      console.log("up");`;
    await using child = keeper(program, NOBODY).spawn();
    let said = "";
    const reading = heardOf(child.stdout, (text) => said += text);
    const complaints = new Response(child.stderr).text();
    await until(() => said.includes("up"), "the command runs", 60);
    child.kill(signal);
    assert.equal((await child.status).code, 9, signal);
    await Promise.all([reading, complaints]);
  }
});

Deno.test("keep.ts starts an embedded server again that dies under the command", async () => {
  await using own = await ownHome("matinee keep ");
  const { home } = own;
  await using child = keeper("console.log('up'); await Deno.stdin.read(new Uint8Array(1))", "", {
    env: { MATINEE_HOME: home },
    stdin: "piped",
  }).spawn();
  let [out, err] = ["", ""];
  const reading = Promise.all([
    heardOf(child.stdout, (text) => out += text),
    heardOf(child.stderr, (text) => err += text),
  ]);
  await until(() => out.includes("up"), "the command runs", 60);
  const before = await findDatabase({ home });
  const killed = await serverOf(home);
  assert.ok(before !== null && killed !== null && signalTo(killed, "SIGKILL"));
  await until(() => err.includes("PostgreSQL went away: it is here again."), "it is told", 60);
  assert.equal(await findDatabase({ home }), before, "at the same address");
  assert.notEqual(await serverOf(home), killed);
  await child.stdin.close();
  assert.equal((await child.status).code, 0, err);
  await reading;
  assert.equal(await findDatabase({ home }), null, "the last to leave stops the new one too");
});
