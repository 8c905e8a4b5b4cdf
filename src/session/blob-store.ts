/** Byte strings in the order of their coming; beyond the budget the oldest go and can be fetched again. */
export class BlobStore {
  length = 0;
  private readonly budgetBytes: number;
  private readonly previewBytes: number;
  private readonly kept: (Uint8Array | null)[] = [];
  private readonly previewEnds: number[] = [];
  private previews: Uint8Array;
  private keptBytes = 0;
  private oldest = 0;
  private fetched: { readonly index: number; readonly bytes: Uint8Array }[] = [];

  constructor(budgetBytes: number, previewBytes: number) {
    this.budgetBytes = budgetBytes;
    this.previewBytes = previewBytes;
    this.previews = new Uint8Array(previewBytes * 64);
  }

  /** Copies `bytes[start, end)`. */
  add(bytes: Uint8Array, start: number, end: number): number {
    if (this.previewBytes > 0) this.preview(bytes.subarray(start, Math.min(end, start + this.previewBytes)));
    const copy = bytes.slice(start, end);
    this.kept.push(copy);
    this.keptBytes += copy.length + OVERHEAD_BYTES;
    while (this.keptBytes > this.budgetBytes && this.oldest < this.length) {
      this.keptBytes -= (this.kept[this.oldest]?.length ?? 0) + OVERHEAD_BYTES;
      this.kept[this.oldest++] = null;
    }
    return this.length++;
  }

  get(index: number): Uint8Array | null {
    return this.kept[index] ?? this.fetched.find((entry) => entry.index === index)?.bytes ?? null;
  }

  previewOf(index: number): Uint8Array {
    return this.previews.subarray(this.previewEnds[index - 1] ?? 0, this.previewEnds[index] ?? 0);
  }

  /** What was read again stays until some others have been. */
  put(index: number, bytes: Uint8Array): void {
    this.fetched = [{ index, bytes }, ...this.fetched.filter((entry) => entry.index !== index)].slice(0, FETCHED_KEPT);
  }

  private preview(bytes: Uint8Array): void {
    const at = this.previewEnds.at(-1) ?? 0;
    if (at + bytes.length > this.previews.length) {
      const larger = new Uint8Array(this.previews.length * 2);
      larger.set(this.previews);
      this.previews = larger;
    }
    this.previews.set(bytes, at);
    this.previewEnds.push(at + bytes.length);
  }
}

/** What an array of its own costs beside its bytes. */
const OVERHEAD_BYTES = 128;
const FETCHED_KEPT = 16;
