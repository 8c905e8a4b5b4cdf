import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameScrub } from "../../src/pipeline/scrub/frame-scrub.ts";
import type { EditStream } from "../../src/pipeline/scrub/message-parts.ts";
import { PiecewiseSearch } from "../../src/pipeline/scrub/piecewise-search.ts";
import { standIn } from "../../src/pipeline/scrub/stand-in.ts";
import { TextScrub } from "../../src/pipeline/scrub/text-scrub.ts";
import { BINARY, CONTINUATION, PING, TEXT } from "../../src/websocket/types.ts";
import { frame } from "../support/websocket-script.ts";

const SECRET = /"token":"([^"]{0,400})("|$)|hunter\d+x/g;
/** As long as the secret, so that edits are easily compared. */
const find = (text: string) =>
  [...text.matchAll(SECRET)]
    .map(({ 0: whole, 1: value, index }) => {
      const secret = value ?? whole;
      const start = index + whole.indexOf(secret, value === undefined ? 0 : 9);
      return { start, end: start + secret.length, tag: "" };
    })
    .filter(({ start, end }) => end > start);

/** The longest secret has ten characters: a reach of 40 holds it with its key. */
const size = { window: 120, reach: 40 };
const piece = fc.oneof(
  fc.constantFrom('"token":"abcdefghij"', "hunter123x", '{"a":1},', "plain words ", '"', "hunter", '"token":"'),
  fc.string({ maxLength: 30, unit: fc.constantFrom("a", "x", " ", "1", "{", ":") }),
);
const textOf = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(""));

function* cutUp<T extends { readonly length: number; slice(from: number, to: number): T }>(
  whole: T,
  lengths: readonly number[],
): Generator<readonly [T, number]> {
  let at = 0;
  for (let index = 0; at < whole.length; index++) {
    const length = lengths[index % lengths.length] ?? 1;
    yield [whole.slice(at, at + length), at];
    at += length;
  }
}

const overwritten = (bytes: Buffer): [Buffer, EditStream] => {
  const shown = Buffer.from(bytes);
  return [
    shown,
    (offset, pattern, length) => {
      for (let i = 0; i < length; i++) shown[offset + i] = pattern[i % pattern.length] as number;
    },
  ];
};

test("pieces hide what the whole text hides, and tell each value once", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(textOf, cuts, (text, lengths) => {
      const hidden = new Set<number>();
      const hide = (from: number, to: number) => {
        for (let at = from; at < to; at++) hidden.add(at);
      };
      let isEndless = false;
      let searchedTo = 0;
      const search = new PiecewiseSearch(
        find,
        {
          onSpan: (start, secret) => {
            expect(text.slice(start, start + secret.length)).toBe(secret);
            hide(start, start + secret.length);
          },
          onEndless: (from, to) => {
            isEndless = true;
            hide(from, to);
          },
          onSearched: ({ from, to }) => {
            expect(from).toBe(searchedTo);
            searchedTo = to;
          },
        },
        size,
      );
      for (const [part] of cutUp(text, lengths)) search.add(part);
      search.end();
      expect(searchedTo).toBe(text.length);
      const whole = find(text);
      for (const { start, end } of whole) {
        for (let at = start; at < end; at++) expect(hidden.has(at), `${at}`).toBe(true);
      }
      // A value longer than the reach is hidden with all that follows: only then is there more.
      if (!isEndless && whole.every(({ start, end }) => end - start < 20)) expect(search.values).toBe(whole.length);
    }),
  );
});

const MASK = 0x0763a015;
const hidden = (text: string): string => {
  const bytes = Buffer.from(text, "latin1");
  for (const { start, end, tag } of find(text)) bytes.set(standIn(text.slice(start, end), tag), start);
  return bytes.toString("latin1");
};

const payload = fc.tuple(fc.constantFrom(TEXT, BINARY), textOf, fc.integer({ min: 1, max: 5 }), fc.boolean());

/** Messages in fragments, masked or not, with a ping after the first fragment. */
const framesOf = (messages: readonly (readonly [number, string, number, boolean])[]): Buffer =>
  Buffer.concat(
    messages.flatMap(([opcode, text, fragments, isMasked]) => {
      const step = Math.max(1, Math.ceil(text.length / fragments));
      const parts = Array.from({ length: fragments }, (_, i) => text.slice(i * step, (i + 1) * step));
      const mask = isMasked ? MASK : null;
      return parts.flatMap((part, i) => [
        frame({
          opcode: i === 0 ? opcode : CONTINUATION,
          fin: i === parts.length - 1,
          payload: Buffer.from(part, "latin1"),
          mask,
        }),
        ...(i === 0 ? [frame({ opcode: PING, payload: Buffer.from("hunter7x"), mask })] : []),
      ]);
    }),
  );

function scrubbed(bytes: Buffer, lengths: readonly number[]) {
  const [shown, edit] = overwritten(bytes);
  const judged: number[] = [];
  const scrub = new FrameScrub(
    { find, blankAll: false, compressed: () => null, edit, judge: (from, to) => judged.push(from, to) },
    0,
  );
  for (const [part, offset] of cutUp(bytes, lengths)) scrub.add(part, offset);
  return { shown: shown.toString("hex"), values: scrub.values, judgedTo: judged.at(-1) ?? 0 };
}

test("frames may be cut anywhere: the same bytes are overwritten, and no secret stays", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(payload, { minLength: 1, maxLength: 4 }), cuts, (messages, lengths) => {
      const bytes = framesOf(messages);
      const whole = scrubbed(bytes, [bytes.length]);
      expect(scrubbed(bytes, lengths)).toEqual(whole);
      expect(whole.judgedTo).toBe(bytes.length);
      const blanked = messages.map(
        ([opcode, text, fragments, isMasked]) =>
          [
            opcode,
            opcode === BINARY && text.includes("token") ? "*".repeat(text.length) : hidden(text),

            fragments,
            isMasked,
          ] as const,
      );
      const expected = framesOf(blanked).toString("latin1").replaceAll("hunter7x", "*".repeat(8));
      const masked = (text: string) =>
        Buffer.from(Buffer.from(text).map((byte, i) => byte ^ ((MASK >>> (24 - 8 * (i & 3))) & 0xff))).toString(
          "latin1",
        );
      const pings = expected.replaceAll(masked("hunter7x"), masked("********"));
      expect(Buffer.from(whole.shown, "hex").toString("latin1")).toBe(pings);
    }),
  );
});

test("HTTP may be cut anywhere, also within a head, a chunk size or a secret that lies across two chunks", () => {
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const body = fc.oneof(
    textOf.map((text) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`),
    fc
      .array(
        textOf.filter((text) => text !== ""),
        { maxLength: 4 },
      )
      .map((parts) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${parts.map(chunk).join("")}0\r\n\r\n`),
    textOf.map((text) => `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n${text.replaceAll("hunter", "")}`),
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 });
  // Heads have to lie within the reach.
  const wide = { window: 4000, reach: 1200 };
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 12 }), cuts, (bodies, lengths) => {
      const bytes = Buffer.from(bodies.join(""), "latin1");
      const run = (pieces: readonly number[], window: typeof wide) => {
        const [shown, edit] = overwritten(bytes);
        let to = 0;
        const judge = (from: number, end: number) => {
          expect(from).toBe(to);
          to = end;
        };
        const scrub = new TextScrub({ find, edit, judge, size: window }, 0);
        for (const [part] of cutUp(bytes, pieces)) scrub.add(part);
        scrub.end();
        expect(to).toBe(bytes.length);
        return shown.toString("latin1");
      };
      expect(run(lengths, wide)).toBe(run([bytes.length], { window: 1e9, reach: 1e9 }));
    }),
  );
});

test("a compressed body right behind another one is blanked as well", () => {
  const gzip = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nABCDE";
  const bytes = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi${gzip}${gzip}`);
  const [shown, edit] = overwritten(bytes);
  const scrub = new TextScrub({ find, edit, judge: () => undefined }, 0);
  scrub.add(bytes);
  scrub.end();
  expect(shown.toString()).toBe(bytes.toString().replaceAll("ABCDE", "*****"));
});

test("a secret without an end in reach is hidden with all that follows", () => {
  const bytes = Buffer.from(`{"token":"${"s".repeat(3_000_000)}","a":1}`);
  const [shown, edit] = overwritten(bytes);
  const endless = (text: string) => {
    const start = text.indexOf('"token":"');
    if (start < 0) return [];
    const end = text.indexOf('"', start + 9);
    return [{ start: start + 9, end: end < 0 ? text.length : end, tag: "" }];
  };
  const scrub = new TextScrub({ find: endless, edit, judge: () => undefined }, 0);
  for (const [part] of cutUp(bytes, [1460])) scrub.add(part);
  scrub.end();
  expect(shown.includes("ss")).toBe(false);
});

test("of a message of any length one window is held", () => {
  const head = Buffer.alloc(10);
  head.set([0x81, 127]);
  head.writeBigUInt64BE(64n * 1024n * 1024n, 2);
  const [, edit] = overwritten(Buffer.alloc(0));
  const scrub = new FrameScrub({ find, blankAll: false, compressed: () => null, edit, judge: () => undefined }, 0);
  scrub.add(head, 0);
  const part = Buffer.alloc(65_536, "plain words ");
  let most = 0;
  for (let at = 0; at < 1024; at++) {
    scrub.add(part, 10 + at * part.length);
    most = Math.max(most, scrub.heldBytes);
  }
  expect(most).toBeLessThan(1_200_000);
});
