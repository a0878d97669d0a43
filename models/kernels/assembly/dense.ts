// Dense layers: Y = act(X W + b);  dW = Xᵀ dY, db = Σ dY;  dX (+)= dY Wᵀ, zeroed where X was cut at 0.

import { packColumns, packRows, packRowsSummed } from "./packing";
import { multiply, multiplyTurned, setFinish } from "./product";
import { address, count, rows, stride, tensor } from "./state";

/** [x, stride, inputs, W, b, y, stride, units, 1 for ReLU, panels] */
export function dense(): void {
  const inputs = count(2);
  const units = count(7);
  const panels = address(9);
  packRows(address(3), <usize> units << 2, inputs, units, address(4), panels);
  setFinish(count(8) ? 2 : 0, 0, 0);
  multiply(tensor(0), stride(0), panels, tensor(5), stride(5), rows, units, inputs);
}

/** [x, stride, inputs, dy, stride, units, dW, db, panels] */
export function denseGradients(): void {
  const inputs = count(2);
  const units = count(5);
  const panels = address(8);
  packRowsSummed(tensor(3), stride(3), rows, units, address(7), panels);
  setFinish(0, 0, 0);
  multiplyTurned(tensor(0), stride(0), panels, address(6), <usize> units << 2, inputs, units, rows);
}

/** [dy, stride, units, W, dx, stride, inputs, x or 0, stride, 1 to add, panels] */
export function denseBack(): void {
  const units = count(2);
  const inputs = count(6);
  const panels = address(10);
  packColumns(address(3), <usize> units << 2, units, inputs, panels);
  setFinish(count(9) ? 1 : 0, count(7) == 0 ? 0 : tensor(7), stride(7));
  multiply(tensor(0), stride(0), panels, tensor(4), stride(4), rows, inputs, units);
}
