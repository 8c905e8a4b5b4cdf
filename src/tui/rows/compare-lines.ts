/** A line of two texts side by side in time: in both, only in the first, only in the second. */
export interface Compared {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Longer texts are compared line by line in place: the table of the exact way grows with their product. */
const LONGEST = 1500;

/** Longest common subsequence of lines. */
export function compareLines(a: readonly string[], b: readonly string[]): Compared[] {
  if (a.length > LONGEST || b.length > LONGEST) return inPlace(a, b);
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [right = 0, below = 0, next = 0] = [
        lengths[i * width + j + 1],
        lengths[(i + 1) * width + j],
        lengths[(i + 1) * width + j + 1],
      ];
      lengths[i * width + j] = a[i] === b[j] ? next + 1 : Math.max(right, below);
    }
  }
  const lines: Compared[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: " ", text: a[i] ?? "" });
      i++;
      j++;
    } else if (
      j >= b.length ||
      (i < a.length && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      lines.push({ sign: "-", text: a[i++] ?? "" });
    } else lines.push({ sign: "+", text: b[j++] ?? "" });
  }
  return lines;
}

const inPlace = (a: readonly string[], b: readonly string[]): Compared[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, at) => at).flatMap((at): Compared[] => {
    const [one, other] = [a[at], b[at]];
    if (one === other) return [{ sign: " ", text: one ?? "" }];
    return [
      ...(one === undefined ? [] : [{ sign: "-" as const, text: one }]),
      ...(other === undefined ? [] : [{ sign: "+" as const, text: other }]),
    ];
  });
