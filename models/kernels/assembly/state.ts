// What the running instruction reads: its operands, and which rows of the batch it works on. One copy a thread.

import { Place } from "./opcodes";

/** Of the shard at hand. */
export let shard: i32 = 0;
/** Rows of the shard. */
export let rows: i32 = 0;
/** Its first row's place in the batch. */
export let firstRow: i32 = 0;
/** Rows of the whole batch. */
export let batchRows: i32 = 0;
/** Shards of the whole batch. */
export let nShards: i32 = 0;
export let gradients: usize = 0;
export let gradientBytes: usize = 0;

let workerBase: usize = 0;
let shardBase: usize = 0;
let at: usize = 0;
let following: usize = 0;

/** Header: [rows, rows a shard, shards, worker base, worker bytes, shard base, shard bytes, gradient base, its bytes, …] */
export function begin(header: usize, theShard: i32, worker: i32): void {
  batchRows = load<i32>(header);
  const perShard = load<i32>(header, 4);
  nShards = load<i32>(header, 8);
  shard = theShard;
  firstRow = theShard * perShard;
  rows = min(perShard, batchRows - firstRow);
  workerBase = <usize> load<i32>(header, 12) + <usize> worker * <usize> load<i32>(header, 16);
  shardBase = <usize> load<i32>(header, 20) + <usize> theShard * <usize> load<i32>(header, 24);
  gradients = load<i32>(header, 28);
  gradientBytes = load<i32>(header, 32);
}

/** Goes to the first instruction. */
export function start(from: usize): void {
  following = from;
}

export function within(end: usize): bool {
  return following < end;
}

/** Goes to the next instruction; its opcode. */
export function next(): i32 {
  at = following + 8;
  const opcode = load<i32>(following);
  following += load<i32>(following, 4);
  return opcode;
}

/** Operand number i, a number. */
// @ts-ignore: decorator
@inline
export function count(i: usize): i32 {
  return load<i32>(at + (i << 2));
}

// @ts-ignore: decorator
@inline
export function real(i: usize): f32 {
  return load<f32>(at + (i << 2));
}

/** Operand number i, the address of something without rows; 0 when it is not there. */
export function address(i: usize): usize {
  return addressed(count(i), 0);
}

/** Operand number i, the address of the shard's first row; its stride in numbers is operand i + 1. */
export function tensor(i: usize): usize {
  return addressed(count(i), <usize> count(i + 1) << 2);
}

/** Bytes from row to row of the tensor that is operand number i. */
// @ts-ignore: decorator
@inline
export function stride(i: usize): usize {
  return <usize> count(i + 1) << 2;
}

function addressed(operand: usize, rowBytes: usize): usize {
  const base = operand & ~15;
  switch (<i32> (operand & 15)) {
    case Place.worker: return workerBase + base;
    case Place.shard: return shardBase + base;
    case Place.gradient: return gradients + <usize> shard * gradientBytes + base;
    case Place.rows: return base + <usize> firstRow * rowBytes;
    default: return base;
  }
}
