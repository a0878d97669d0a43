/** `deno task bench`: runs benchmarks, each in a process of its own, and prints their figures beside calibrations. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nearest } from "../../models/nearest.ts";
import { tableLines } from "../../tasks/runner/cli/table.ts";
import type { BenchmarkOptions } from "./benchmark.ts";
import { BENCHMARKS } from "./benchmarks.ts";
import type { Outcome } from "./one.ts";
import { PARTS } from "./_serve_parts.ts";

const USAGE =
  "deno task bench [NAME …] [--ratings N] [--minutes N] [--parts A,B] [--out DIR] [--profile] [--json]";
const ONE = fileURLToPath(new URL("./one.ts", import.meta.url));

interface Asked extends BenchmarkOptions {
  names: string[];
  /** Folder that keeps each benchmark's last outcome. */
  out: string;
  /** Whether to write where each benchmark's process spent its time. */
  profile: boolean;
  json: boolean;
  help: boolean;
}

/** The exit code: 0 measured, 1 a benchmark failed, 2 usage. */
async function main(args: string[]): Promise<number> {
  let asked: Asked;
  try {
    asked = read(args);
  } catch (error) {
    write(Deno.stderr, `error: ${error instanceof Error ? error.message : error}\n\n${help()}`);
    return 2;
  }
  const { names, out, profile, json, help: isHelp, ...options } = asked;
  if (isHelp) {
    write(Deno.stdout, help());
    return 0;
  }
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const outcome = await measure(name, { ...options, profile: profile ? out : undefined });
    if (outcome === null) continue;
    outcomes.push(outcome);
    await keep(outcome, { out, options });
    if (profile) write(Deno.stderr, `${join(out, name)}.html: flame graph; .cpuprofile: the samples\n`);
    if (!json) write(Deno.stdout, `${section(outcome).join("\n")}\n\n`);
  }
  if (json) write(Deno.stdout, `${JSON.stringify({ benchmarks: outcomes }, null, 2)}\n`);
  return outcomes.length === names.length ? 0 : 1;
}

function read(args: string[]): Asked {
  const options = {
    ratings: { type: "string" },
    minutes: { type: "string" },
    parts: { type: "string" },
    out: { type: "string", default: join(Deno.env.get("MATINEE_HOME") || ".matinee", "bench") },
    profile: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const known = Object.keys(BENCHMARKS);
  for (const name of positionals) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new RangeError(
      `Cannot measure ${JSON.stringify(name)} as there is no such benchmark.` +
        (near ? ` Did you mean "${near}"?` : ""),
    );
  }
  const ratings = values.ratings === undefined ? undefined : Number(values.ratings.replaceAll("_", ""));
  if (ratings !== undefined && !(Number.isSafeInteger(ratings) && ratings >= 1_000)) {
    throw new RangeError(
      `Cannot measure with --ratings ${JSON.stringify(values.ratings)}: at least 1000 are needed`,
    );
  }
  for (const part of values.parts?.split(",") ?? []) {
    if (!(PARTS as readonly string[]).includes(part)) {
      throw new RangeError(
        `Cannot measure part ${JSON.stringify(part)} of serve: wanted ${PARTS.join(", ")}`,
      );
    }
  }
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && !(minutes >= 0)) {
    throw new RangeError(
      `Cannot soak for --minutes ${JSON.stringify(values.minutes)}: a number of 0 or more is needed`,
    );
  }
  return {
    names: positionals.length > 0 ? positionals : known,
    ratings,
    minutes,
    parts: values.parts?.split(","),
    out: values.out,
    profile: values.profile,
    json: values.json,
    help: values.help,
  };
}

function help(): string {
  const names = Object.entries(BENCHMARKS).map(([name, { about }]) => `  ${name.padEnd(10)}${about}\n`);
  return `Usage: ${USAGE}\n\nMeasures against calibrations of the same run; without a name, everything.\n\n${
    names.join("")
  }\n  --ratings  ratings of the generated sample (32000204: the shape of MovieLens 32M)\n  --minutes  of mixed traffic in serve's soak (default 2; 0: none)\n  --parts    of serve only these: ${
    PARTS.join(", ")
  }\n  --out      folder for one JSON file a benchmark (default: .matinee/bench)\n  --profile  beside it, NAME.html (a flame graph) and NAME.cpuprofile\n  --json     one JSON document on stdout\n`;
}

/** Runs benchmark `name` in a process of its own, so that its memory and its compiled code are its own. */
async function measure(
  name: string,
  options: BenchmarkOptions & { profile?: string },
): Promise<Outcome | null> {
  if (options.profile !== undefined) await Deno.mkdir(options.profile, { recursive: true });
  const args = ["run", "-A", ONE, name, JSON.stringify(options)];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stderr: "inherit" });
  const { code, stdout } = await child.output();
  if (code !== 0) {
    write(Deno.stderr, `error: benchmark "${name}" ended with code ${code}\n`);
    return null;
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** `NAME.json`: the outcome with what it depends on. */
async function keep(
  outcome: Outcome,
  { out, options }: { out: string; options: BenchmarkOptions },
): Promise<void> {
  const machine = {
    cores: navigator.hardwareConcurrency,
    os: `${Deno.build.os} ${Deno.osRelease()}`,
    deno: Deno.version.deno,
  };
  const kept = { measured_at: new Date().toISOString(), machine, options, ...outcome };
  await Deno.mkdir(out, { recursive: true });
  await Deno.writeTextFile(join(out, `${outcome.name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

function section({ name, figures, notes, cpu_s, peak_rss_mib }: Outcome): string[] {
  const total = `${name}: ${cpu_s.toFixed(1)} CPU s in all, ${Math.round(peak_rss_mib)} MiB at its peak`;
  const remarks = notes.map((note) => `  ${note}`);
  if (figures.length === 0) return [total, ...remarks];
  return [
    total,
    ...tableLines(["figure", "value", "unit", "beside", "value", "ratio", "asked"], rows(figures)),
    ...remarks,
  ];
}

function rows(figures: Outcome["figures"]) {
  return figures.map(({ name, value, unit, beside, ratio, asked }) => [
    name,
    digits(value),
    unit,
    beside?.name,
    beside && digits(beside.value),
    ratio === undefined ? undefined : digits(ratio),
    ratio === undefined || asked === undefined ? undefined : verdict(ratio, asked),
  ]);
}

/** "≥ 3: found", or "missed". */
function verdict(ratio: number, asked: NonNullable<Outcome["figures"][number]["asked"]>): string {
  const [bound, isMet] = "least" in asked
    ? [`≥ ${digits(asked.least)}`, ratio >= asked.least]
    : [`≤ ${digits(asked.most)}`, ratio <= asked.most];
  return `${bound}: ${isMet ? "found" : "missed"}`;
}

/** Whole numbers from 1,000 on, else three or four significant digits. */
function digits(value: number): string {
  return value >= 1_000
    ? Math.round(value).toLocaleString("en-US")
    : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 3 : 4);
}

function write(to: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
}

Deno.exit(await main(Deno.args));
