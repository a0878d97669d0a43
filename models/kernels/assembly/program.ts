// Runs programs: phases of instructions over the fixed shards of a batch, by any number of threads at once.
//
// A shard's bits depend on its rows only, and what is summed over shards is summed in their order, so it does not
// matter who runs which. Whoever is free takes the next shard (work stealing), so a thread whose core is taken delays
// the others by at most the one shard it holds. The next shard's number carries the number of the run in its upper half:
// a thread that comes late finds another run there, and leaves.

import { adam } from "./adam";
import { batchNorm, batchNormBack, batchNormFrozen, batchNormSums, columnSums, movingAverage } from "./batch_norm";
import { dense, denseBack, denseGradients } from "./dense";
import { dot, dotBack, dropout, line, lineBack, mask, normalise, unitLength, unitLengthBack } from "./layers";
import { crossEntropy, sigmoid, squaredError } from "./losses";
import { Op } from "./opcodes";
import { hybrid } from "./hybrid";
import { gather, tableAdam } from "./tables";
import { begin, next, start, within } from "./state";

/** Looks at a counter so often before sleeping: some 20 µs. */
const LOOKS: i32 = 2_000;
/** A sleeper looks again after this long, in ns. */
const NAP: i64 = 2_000_000;

// The pool's words: [number of the run, header of its program, 1 to stop, its phases], then a counter for each phase:
// [next shard (i64), shards], and 64 bytes later how many are done. They belong to the pool, not to a program, as a thread
// that comes late may read them after the program is gone.
const COUNTERS: usize = 64;
const COUNTER_BYTES: usize = 128;
/** No shard is left, and no run has this many. */
const CLOSED: i64 = 0x7fffffff;

// A program's header, beyond what `begin()` reads: [first instruction, end, 0 over the shards or a count of chunks].
const PHASES: usize = 64;
const PHASE_BYTES: usize = 16;

/** Bytes of a pool for programs of so many phases. */
export function poolBytes(phases: i32): i32 {
  return <i32> (COUNTERS + <usize> phases * COUNTER_BYTES);
}

/** Runs the first `phases` phases of the program at `header` over `rows` rows, with whoever attends `pool`. */
export function runProgram(pool: usize, header: usize, rows: i32, phases: i32): void {
  const run = load<i32>(pool) + 1;
  const open = <i64> run << 32;
  // Closed first: whoever still looks at the run before must not take a shard by the new totals.
  for (let phase = 0; phase < phases; phase++) {
    atomic.store<i64>(pool + COUNTERS + <usize> phase * COUNTER_BYTES, open | CLOSED);
  }
  const perShard = load<i32>(header, 4);
  store<i32>(header, rows);
  store<i32>(header, (rows + perShard - 1) / perShard, 8);
  for (let phase = 0; phase < phases; phase++) {
    const counter = pool + COUNTERS + <usize> phase * COUNTER_BYTES;
    const chunks = load<i32>(header + PHASES + <usize> phase * PHASE_BYTES, 8);
    atomic.store<i32>(counter + 8, chunks ? chunks : load<i32>(header, 8));
    atomic.store<i32>(counter + 64, 0);
    atomic.store<i64>(counter, open);
  }
  atomic.store<i32>(pool + 4, <i32> header);
  atomic.store<i32>(pool + 12, phases);
  atomic.store<i32>(pool, run);
  atomic.notify(pool, -1);
  takePart(pool, header, run, 0);
}

/** Takes part in run number `run`, until nothing is left of it. */
function takePart(pool: usize, header: usize, run: i32, worker: i32): void {
  const phases = atomic.load<i32>(pool + 12);
  for (let phase = 0; phase < phases; phase++) {
    const counter = pool + COUNTERS + <usize> phase * COUNTER_BYTES;
    const at = header + PHASES + <usize> phase * PHASE_BYTES;
    for (let shard = take(counter, run); shard >= 0; shard = take(counter, run)) {
      begin(header, shard, worker);
      execute(load<i32>(at), load<i32>(at, 4));
      const done = atomic.add<i32>(counter + 64, 1) + 1;
      if (done == atomic.load<i32>(counter + 8)) atomic.notify(counter + 64, -1);
    }
    if (!isDone(pool, counter, run)) return;
  }
}

/** The number of a shard for the caller to run; −1: all are taken, or the run is over. */
function take(counter: usize, run: i32): i32 {
  while (true) {
    const found = atomic.load<i64>(counter);
    if (<i32> (found >> 32) != run) return -1;
    const shard = <i32> found;
    if (shard >= atomic.load<i32>(counter + 8)) return -1;
    if (atomic.cmpxchg<i64>(counter, found, found + 1) == found) return shard;
  }
  return -1;
}

/** Waits for the shards that others hold; false: the run is over. */
function isDone(pool: usize, counter: usize, run: i32): bool {
  let look = 0;
  while (true) {
    const total = atomic.load<i32>(counter + 8);
    const done = atomic.load<i32>(counter + 64);
    if (atomic.load<i32>(pool) != run) return false;
    if (done >= total) return true;
    if (++look >= LOOKS) atomic.wait<i32>(counter + 64, done, NAP);
  }
  return false;
}

/** A worker's life: sleeps until `pool` announces a run, takes part, sleeps again; returns when told to stop. */
export function attend(pool: usize, worker: i32): void {
  let last = 0;
  while (true) {
    for (let look = 0; atomic.load<i32>(pool) == last && look < LOOKS; look++) {}
    while (atomic.load<i32>(pool) == last) atomic.wait<i32>(pool, last, -1);
    if (atomic.load<i32>(pool + 8)) return;
    last = atomic.load<i32>(pool);
    takePart(pool, atomic.load<i32>(pool + 4), last, worker);
  }
}

/** Tells those who attend `pool` to stop. */
export function dismiss(pool: usize): void {
  atomic.store<i32>(pool + 8, 1);
  atomic.store<i32>(pool, load<i32>(pool) + 1);
  atomic.notify(pool, -1);
}

/** Instructions: [opcode, length in bytes, operands …], each a word. */
function execute(from: usize, end: usize): void {
  start(from);
  while (within(end)) {
    switch (next()) {
      case Op.normalise: normalise(); break;
      case Op.dense: dense(); break;
      case Op.denseGradients: denseGradients(); break;
      case Op.denseBack: denseBack(); break;
      case Op.mask: mask(); break;
      case Op.unitLength: unitLength(); break;
      case Op.unitLengthBack: unitLengthBack(); break;
      case Op.dot: dot(); break;
      case Op.dotBack: dotBack(); break;
      case Op.line: line(); break;
      case Op.lineBack: lineBack(); break;
      case Op.squaredError: squaredError(); break;
      case Op.crossEntropy: crossEntropy(); break;
      case Op.sigmoid: sigmoid(); break;
      case Op.dropout: dropout(); break;
      case Op.columnSums: columnSums(); break;
      case Op.batchNorm: batchNorm(); break;
      case Op.batchNormFrozen: batchNormFrozen(); break;
      case Op.batchNormSums: batchNormSums(); break;
      case Op.batchNormBack: batchNormBack(); break;
      case Op.movingAverage: movingAverage(); break;
      case Op.adam: adam(); break;
      case Op.gather: gather(); break;
      case Op.tableAdam: tableAdam(); break;
      case Op.hybrid: hybrid(); break;
      default: unreachable();
    }
  }
}
