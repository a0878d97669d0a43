// Everything that the host may call. A new file of kernels needs one line here.

export { adamChunks } from "./adam";
export { gemm, gemmWork } from "./gemm";
export { attend, dismiss, poolBytes, runProgram } from "./program";
export { tableParts } from "./tables";
export * from "./vectors";
export * from "./linear_algebra";
export * from "./least_squares";
