/** Instructions → words of wasm memory, once it is known where each region lies. */
import type { Op } from "./assembly/opcodes.ts";
import { Place } from "./assembly/opcodes.ts";
import type { Operand, Phase, Spot } from "./tape.ts";

export interface Layout {
  /** Address of the trained parameters. */
  parameters: number;
  /** Whether activations are kept for each shard (a later phase reads them) or for each worker only. */
  activations: Place.shard | Place.worker;
  /** Offset of the scratch in a worker's copy. */
  scratch: number;
}

/** All instructions of `phases` in words, and where (in words) each phase begins and ends. */
export function encode(phases: readonly Phase[], layout: Layout): { words: Int32Array; ends: number[] } {
  const codes = phases.map(({ instructions }) =>
    instructions.flatMap(({ op, operands }) => encoded(op, operands, layout))
  );
  let end = 0;
  return { words: Int32Array.from(codes.flat()), ends: codes.map((code) => end += code.length) };
}

function encoded(op: Op, operands: readonly Operand[], layout: Layout): number[] {
  return [op, 4 * (operands.length + 2), ...operands.map((operand) => word(operand, layout))];
}

function word(operand: Operand, layout: Layout): number {
  if (operand === null) return 0;
  if (typeof operand === "number") return operand;
  if ("real" in operand) return new Int32Array(Float32Array.of(operand.real).buffer)[0];
  if (operand.at % 16 !== 0) throw new RangeError(`Cannot address byte ${operand.at} of ${operand.region}`);
  return placed(operand, layout);
}

function placed({ region, at }: Spot, layout: Layout): number {
  switch (region) {
    case "fixed":
      return at | Place.fixed;
    case "parameters":
      return (layout.parameters + at) | Place.fixed;
    case "gradients":
      return at | Place.gradient;
    case "activations":
      return at | layout.activations;
    case "scratch":
      return (layout.scratch + at) | Place.worker;
    case "rows":
      return at | Place.rows;
  }
}
