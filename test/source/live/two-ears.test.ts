import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TwoEars } from "../../../src/source/live/two-ears.ts";

const BASE_SECONDS = 1_800_000_000;
const SLOTS = 100;
const MS = 1e6;

const header = (): Buffer => {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(0xa1b23c4d, 0);
  return bytes;
};

/** A record whose body says which packet it is. */
function record(number: number, ns: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32LE(BASE_SECONDS + Math.floor(ns / 1e9), 0);
  bytes.writeUInt32LE(ns % 1e9, 4);
  bytes.writeUInt32LE(4, 8);
  bytes.writeUInt32LE(4, 12);
  bytes.writeUInt32LE(number, 16);
  return bytes;
}

/** The numbers of the packets in what was handed out, which begins with the header. */
function numbersOf(out: readonly Buffer[], withHeader = true): number[] {
  if (out.length === 0) return [];
  const all = Buffer.concat(out);
  if (withHeader) expect(all.subarray(0, 24)).toEqual(header());
  const start = withHeader ? 24 : 0;
  return Array.from({ length: (all.length - start) / 20 }, (_, index) => all.readUInt32LE(start + index * 20 + 16));
}

/** Both captures as the kernel makes them: a ring that is read at each of `readsNs`, and batches. */
class Kernel {
  readonly ears = new TwoEars(SLOTS, BASE_SECONDS, null);
  readonly numbers: number[] = [];
  readonly delaysNs: number[] = [];
  private ring: Buffer[] = [];
  private pipe: Buffer[] = [header()];
  private batch: Buffer[] = [header()];
  private batchBegan = 0;
  private readonly sentAtNs: number[] = [];
  /** After a rest its reader takes so long to come back. */
  wakingNs = 0;
  private asleepUntilNs = 0;
  private begun = false;
  lost = 0;

  /** Each capture stamps a packet by itself. */
  packet(ns: number): void {
    const number = this.sentAtNs.length;
    this.sentAtNs.push(ns);
    if (this.ring.length < SLOTS) this.ring.push(record(number, ns));
    else this.lost++;
    if (this.batch.length === 0) this.batchBegan = ns;
    this.batch.push(record(number, ns + ((number * 7919) % 3000) * 1000));
  }

  readPrompt(ns: number): void {
    if (this.ears.promptRests) this.asleepUntilNs = ns + this.wakingNs;
    if (ns < this.asleepUntilNs || this.ears.promptRests) return;
    const chunk = Buffer.concat([...this.pipe, ...this.ring]);
    [this.pipe, this.ring] = [[], []];
    if (chunk.length > 0) this.ears.onPrompt(chunk, ns / MS);
    this.takeOut(ns);
  }

  readPatient(ns: number): void {
    if (this.batch.length > 0 && (this.batch.length >= 300 || ns - this.batchBegan >= 1000 * MS)) {
      this.ears.onPatient(Buffer.concat(this.batch), ns / MS);
      this.batch = [];
    }
    this.ears.onTime(ns / MS);
    this.takeOut(ns);
  }

  end(ns: number): number[] {
    this.readPrompt(ns);
    this.ears.onEnd("prompt");
    this.ears.onPatient(Buffer.concat(this.batch), ns / MS);
    this.ears.onEnd("patient");
    this.takeOut(ns);
    return this.numbers;
  }

  private takeOut(ns: number): void {
    const fresh = numbersOf(this.ears.out, !this.begun);
    this.begun ||= this.ears.out.length > 0;
    this.ears.out = [];
    this.numbers.push(...fresh);
    for (const number of fresh) this.delaysNs.push(ns - (this.sentAtNs[number] ?? 0));
  }
}

/** Packets in stretches of a rate each; the prompt one is read every `readEveryMs`. */
function play(
  stretches: readonly { rate: number; ms: number }[],
  readEveryMs: number,
  quietMs = 0,
  wakingMs = 0,
): Kernel {
  const kernel = new Kernel();
  kernel.wakingNs = wakingMs * MS;
  let [ns, due] = [0, 0];
  for (const { rate, ms } of [...stretches, { rate: 0, ms: quietMs }]) {
    for (let step = 0; step < ms; step++) {
      ns += MS;
      for (due += rate / 1000; due >= 1; due--) kernel.packet(ns - Math.floor(due * 1000));
      if (step % readEveryMs === 0) kernel.readPrompt(ns);
      kernel.readPatient(ns);
    }
  }
  return kernel;
}

const allOf = (kernel: Kernel): number[] => Array.from({ length: kernel.delaysNs.length }, (_, index) => index);

describe("TwoEars", () => {
  it("hands packets over at once while few come", () => {
    const kernel = play([{ rate: 500, ms: 3000 }], 2);
    expect(Math.max(...kernel.delaysNs)).toBeLessThan(10 * MS);
    expect(kernel.end(3e9)).toEqual(allOf(kernel));
  });

  it("loses none of a burst that overflows the prompt ring", () => {
    const kernel = play(
      [
        { rate: 200, ms: 500 },
        { rate: 50_000, ms: 1000 },
      ],
      20,
    );
    expect(kernel.lost).toBeGreaterThan(10_000);
    expect(kernel.end(2e9)).toEqual(allOf(kernel));
    expect([kernel.ears.missed, kernel.delaysNs.length]).toEqual([0, 50_100]);
  });

  it("is prompt again after a burst, whether packets go on coming or not", () => {
    for (const rate of [200, 0]) {
      const kernel = play(
        [
          { rate: 20_000, ms: 500 },
          { rate, ms: 3500 },
        ],
        2,
      );
      expect(kernel.ears.following).toBe("prompt");
      const before = kernel.delaysNs.length;
      for (let ms = 4001; ms < 4200; ms += 10) {
        kernel.packet(ms * MS);
        kernel.readPrompt(ms * MS + MS);
        kernel.readPatient(ms * MS + MS);
      }
      expect(Math.max(...kernel.delaysNs.slice(before))).toBeLessThan(10 * MS);
      expect(kernel.end(6e9)).toEqual(allOf(kernel));
    }
  });

  it("says how many it missed where the prompt reader slept for too long", () => {
    const kernel = new Kernel();
    kernel.readPrompt(0);
    // 200 packets in 200 ms: too few to be busy, too many for a ring that nobody reads.
    for (let ms = 1; ms <= 200; ms++) kernel.packet(ms * MS);
    kernel.readPrompt(200 * MS);
    kernel.packet(201 * MS);
    kernel.readPrompt(202 * MS);
    kernel.readPatient(1300 * MS);
    // Those of the last 20 ms may as well have come in another order: they are handed out late.
    const { length } = kernel.end(1300 * MS);
    expect(length + kernel.ears.missed).toBe(201);
    expect(kernel.ears.missed).toBeGreaterThan(70);
  });

  it("loses none and doubles none, whatever the traffic, while the prompt ring is read every 40 ms", () => {
    const stretch = fc.record({
      rate: fc.constantFrom(0, 10, 300, 1200, 3000, 40_000),
      ms: fc.integer({ min: 1, max: 1500 }),
    });
    fc.assert(
      fc.property(
        fc.array(stretch, { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 2000),
        fc.constantFrom(0, 30, 150, 400),
        (stretches, every, quiet, waking) => {
          const kernel = play(stretches, every, quiet, waking);
          expect(kernel.end(20e9)).toEqual(allOf(kernel));
          expect(kernel.ears.missed).toBe(0);
        },
      ),
      { numRuns: 600 },
    );
  });

  it("goes on with the one that is left", () => {
    const prompt = play([{ rate: 30_000, ms: 300 }], 2);
    prompt.ears.onEnd("patient");
    const given = prompt.delaysNs.length;
    for (let ms = 301; ms < 320; ms++) {
      prompt.packet(ms * MS);
      prompt.readPrompt(ms * MS);
    }
    const { numbers } = prompt;
    expect(prompt.ears.following).toBe("prompt");
    expect(numbers.slice(given).at(-1)).toBe(9018);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it("goes on when the clock is set back", () => {
    const kernel = play([{ rate: 30_000, ms: 300 }], 2);
    kernel.ears.onPatient(Buffer.concat([record(70_001, 1), record(70_002, 2)]), 400);
    expect(numbersOf(kernel.ears.out, false)).toEqual([70_001, 70_002]);
  });

  it("takes packets that are alike for as many as there are", () => {
    const ears = new TwoEars(SLOTS, BASE_SECONDS, null);
    const alike = [1, 2, 3, 4].map((ms) => record(7, ms * MS));
    ears.onPrompt(Buffer.concat([header(), ...alike.slice(0, 2)]), 3);
    ears.onPatient(Buffer.concat([header(), ...alike]), 5);
    ears.onEnd("prompt");
    expect(numbersOf(ears.out)).toEqual([7, 7, 7, 7]);
  });

  it("ends at its count", () => {
    const ears = new TwoEars(SLOTS, BASE_SECONDS, 3);
    const packets = [1, 2, 3, 4, 5].map((number) => record(number, number * MS));
    ears.onPrompt(Buffer.concat([header(), ...packets.slice(0, 2)]), 3);
    ears.onPatient(Buffer.concat([header(), ...packets]), 5);
    ears.onEnd("prompt");
    expect(ears.complete).toBe(true);
    expect(numbersOf(ears.out)).toEqual([1, 2, 3]);
  });
});
