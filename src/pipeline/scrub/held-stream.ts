/** A stretch of a stream that the capture holds. */
interface Piece {
  readonly offset: number;
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** The bytes of one direction with their sequence numbers, held until the direction has ended. */
export class HeldStream {
  private readonly pieces: Piece[] = [];
  length = 0;

  add(sequence: number, bytes: Uint8Array): void {
    this.pieces.push({ offset: this.length, sequence, bytes });
    this.length += bytes.length;
  }

  gap(lengthBytes: number): void {
    this.length += lengthBytes;
  }

  /** Calls back with each unbroken stretch between two offsets: its bytes in one piece, and where it starts. */
  stretches(from: number, to: number, each: (bytes: Uint8Array, offset: number) => void): void {
    let parts: Uint8Array[] = [];
    let start = 0;
    let end = -1;
    const flush = (): void => {
      if (parts.length > 0) each(parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts), start);
      parts = [];
    };
    for (const { offset, bytes } of this.pieces) {
      const first = Math.max(from, offset);
      const last = Math.min(to, offset + bytes.length);
      if (first >= last) continue;
      if (first !== end) {
        flush();
        start = first;
      }
      parts.push(bytes.subarray(first - offset, last - offset));
      end = last;
    }
    flush();
  }

  /** Splits a range of offsets at the pieces it lies in, with the sequence number of each part. */
  sequences(from: number, to: number, each: (sequence: number, from: number, to: number) => void): void {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const piece = this.pieces[middle] as Piece;
      if (piece.offset + piece.bytes.length <= from) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.pieces.length; i++) {
      const { offset, sequence, bytes } = this.pieces[i] as Piece;
      if (offset >= to) return;
      const first = Math.max(from, offset);
      const last = Math.min(to, offset + bytes.length);
      if (first < last) each((sequence + (first - offset)) | 0, first, last);
    }
  }
}
