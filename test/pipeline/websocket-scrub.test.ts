import { expect, test } from "vitest";
import { FrameScrub } from "../../src/pipeline/scrub/frame-scrub.ts";
import { CONTINUATION, PING, TEXT } from "../../src/websocket/types.ts";
import { frame } from "../support/websocket-script.ts";

const begun = frame({ opcode: TEXT, fin: false, payload: Buffer.from('{"token":"sec'), mask: null });
const ping = frame({ opcode: PING, payload: Buffer.from("beat"), mask: null });
const ended = frame({ opcode: CONTINUATION, payload: Buffer.from('ret"}'), mask: null });

const find = (text: string) =>
  [...text.matchAll(/secret/g)].map(({ index }) => ({ start: index, end: index + 6, tag: "" }));

function scrubbed(...frames: Buffer[]): { judgedTo: number; edited: number[] } {
  const result = { judgedTo: 0, edited: [] as number[] };
  const scrub = new FrameScrub(
    {
      find,
      blankAll: false,
      compressed: () => null,
      edit: (offset) => result.edited.push(offset),
      judge: (_, to) => {
        result.judgedTo = to;
      },
    },
    0,
  );
  scrub.add(Buffer.concat(frames), 0);
  return result;
}

test("fragments are judged with the last one: a ping between them says nothing of those before it", () => {
  expect(scrubbed(ping).judgedTo).toBe(ping.length);
  expect(scrubbed(begun).judgedTo).toBe(0);
  expect(scrubbed(begun, ping).judgedTo).toBe(0);
  expect(scrubbed(begun, ping, ended).judgedTo).toBe(begun.length + ping.length + ended.length);
});

test("a message that another one cuts off is searched, too", () => {
  const cut = frame({ opcode: TEXT, fin: false, payload: Buffer.from("a secret"), mask: null });
  const next = frame({ opcode: TEXT, payload: Buffer.from("hello"), mask: null });
  expect(scrubbed(cut, next).edited).toEqual([4]);
});
