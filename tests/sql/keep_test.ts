import assert from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { placeFor } from "../../sql/_launcher/place.ts";
import { findDatabase } from "../../sql/launcher.ts";
import { testPool } from "../support/database.ts";
import { until } from "../server/_until.ts";

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
    const child = keeper(program, NOBODY).spawn();
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
  const home = await Deno.makeTempDir({ prefix: "matinee keep " });
  await Deno.chmod(home, 0o755);
  const child = keeper("console.log('up'); await Deno.stdin.read(new Uint8Array(1))", "", {
    env: { MATINEE_HOME: home },
    stdin: "piped",
  }).spawn();
  let [out, err] = ["", ""];
  const reading = Promise.all([
    heardOf(child.stdout, (text) => out += text),
    heardOf(child.stderr, (text) => err += text),
  ]);
  await until(() => out.includes("up"), "the command runs", 60);
  const { data } = await placeFor(home);
  const first = await Deno.readTextFile(join(data, "postmaster.pid"));
  Deno.kill(Number(first.split("\n")[0]), "SIGKILL");
  await until(() => err.includes("PostgreSQL went away: it is here again."), "it is told", 60);
  const url = await findDatabase({ home });
  assert.notEqual(url, null);
  const again = await Deno.readTextFile(join(data, "postmaster.pid"));
  assert.notEqual(again.split("\n")[0], first.split("\n")[0]);
  assert.equal(again.split("\n")[3], first.split("\n")[3], "at the same port");
  await child.stdin.close();
  assert.equal((await child.status).code, 0, err);
  await reading;
  assert.equal(await findDatabase({ home }), null, "the last to leave stops the new one too");
  await Deno.remove(home, { recursive: true });
});
