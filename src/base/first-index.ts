/** The first of the indexes `[0, length)` for which it is so, and so for all after it; `length`: for none. */
export function firstIndex(length: number, isSo: (index: number) => boolean): number {
  let low = 0;
  for (let high = length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
