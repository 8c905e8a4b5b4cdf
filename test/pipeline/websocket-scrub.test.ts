import { expect, test } from "vitest";
import { scrubFrames } from "../../src/pipeline/scrub/websocket-scrub.ts";
import { CONTINUATION, PING, TEXT } from "../../src/websocket/types.ts";
import { frame } from "../support/websocket-script.ts";

const begun = frame({ opcode: TEXT, fin: false, payload: Buffer.from('{"token":"sec'), mask: null });
const ping = frame({ opcode: PING, payload: Buffer.from("beat"), mask: null });
const ended = frame({ opcode: CONTINUATION, payload: Buffer.from('ret"}'), mask: null });

const find = (text: string) =>
  [...text.matchAll(/secret/g)].map(({ index }) => ({ start: index, end: index + 6, tag: "" }));
const options = { find, blankAll: false, compressed: () => null };

function judged(...frames: Buffer[]): number {
  return scrubFrames(Buffer.concat(frames), options, () => undefined).judgedTo;
}

test("fragments are judged with the last one: a ping between them says nothing of those before it", () => {
  expect(judged(ping)).toBe(ping.length);
  expect(judged(begun)).toBe(0);
  expect(judged(begun, ping)).toBe(0);
  expect(judged(begun, ping, ended)).toBe(begun.length + ping.length + ended.length);
});

test("a message that another one cuts off is searched, too", () => {
  const edited: number[] = [];
  const cut = frame({ opcode: TEXT, fin: false, payload: Buffer.from("a secret"), mask: null });
  const next = frame({ opcode: TEXT, payload: Buffer.from("hello"), mask: null });
  scrubFrames(Buffer.concat([cut, next]), options, (offset) => edited.push(offset));
  expect(edited).toEqual([2]);
});
