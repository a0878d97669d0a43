// Everything that the host may call. A new file of kernels needs one line here.

export * from "./vectors";
