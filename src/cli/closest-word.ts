/** The known word that was most likely meant: one that contains what was typed, or few edits away; null: none. */
export function closestWord(typed: string, known: readonly string[]): string | null {
  const wanted = typed.toLowerCase();
  if (wanted.length === 0 || wanted.length > LONGEST) return null;
  const containing = known.find((word) => word.includes(wanted));
  if (containing !== undefined && wanted.length >= SHORTEST_PART) return containing;
  let best: string | null = null;
  let bestEdits = Math.ceil(wanted.length / 3) + 1;
  for (const word of known) {
    const edits = editsBetween(wanted, word);
    if (edits < bestEdits) {
      best = word;
      bestEdits = edits;
    }
  }
  return best;
}

const LONGEST = 100;
const SHORTEST_PART = 3;

/** Levenshtein distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
