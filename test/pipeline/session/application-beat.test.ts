import { describe, expect, test } from "vitest";
import { ApplicationBeat } from "../../../src/pipeline/session/application-beat.ts";
import { longestWait } from "../../../src/pipeline/session/beat-wait.ts";
import { BINARY, type MessageView } from "../../../src/websocket/types.ts";
import { messageView } from "../../support/message-view.ts";

const message = (direction: 0 | 1, atMs: number, text: string, packet: number): MessageView =>
  messageView(direction, text, packet, atMs);

/** A question each `intervalMs` from the client and its answer 20 ms later, the last `unanswered` without one. */
function beats(count: number, intervalMs: number, unanswered: number, jitterMs = 0): ApplicationBeat {
  const beat = new ApplicationBeat();
  for (let round = 0; round < count; round++) {
    const atMs = round * intervalMs + (round % 2) * jitterMs;
    beat.onMessage(message(0, atMs, `{"cmd":17,"n":${round}}`, round * 2 + 1), null);
    if (round < count - unanswered)
      beat.onMessage(message(1, atMs + 20, `{"rsp":17,"n":${round}}`, round * 2 + 2), null);
  }
  return beat;
}

const at = (seconds: number) => ({ packetNumber: seconds * 10 + 1, timestampNs: seconds * 1e9, digits: 0 });

describe("an application heartbeat without a telling name", () => {
  test("shows by its even gaps and its answers", () => {
    expect(beats(8, 5000, 0).facts()).toMatchObject({
      from: "client",
      by: "regularity",
      intervalMs: 5000,
      sent: 8,
      answered: 8,
      unansweredAtEnd: [],
    });
  });
  test("may be binary: MQTT's PINGREQ and PINGRESP", () => {
    const beat = new ApplicationBeat();
    const binary = (direction: 0 | 1, atMs: number, bytes: number[], packet: number): MessageView => ({
      ...message(direction, atMs, "", packet),
      opcode: BINARY,
      length: bytes.length,
      keptLength: bytes.length,
      bytes: Uint8Array.from(bytes),
    });
    for (let round = 0; round < 8; round++) {
      beat.onMessage(binary(0, round * 5000, [0xc0, 0], round * 2 + 1), null);
      if (round < 6) beat.onMessage(binary(1, round * 5000 + 20, [0xd0, 0], round * 2 + 2), null);
    }
    expect(beat.facts()).toMatchObject({ from: "client", sample: "c000", answered: 6 });
    expect(beat.facts()?.unansweredAtEnd.map(({ packet }) => packet)).toEqual([13, 15]);
  });
  test("by name is asked in vain where nothing may be an answer, telemetry aside", () => {
    const asked = (also: (beat: ApplicationBeat, atMs: number, packet: number) => void) => {
      const beat = new ApplicationBeat();
      for (let round = 0; round < 4; round++) {
        beat.onMessage(message(0, round * 5000, `{"type":"ping","t":${round}}`, round * 9 + 1), "ping");
        also(beat, round * 5000, round * 9);
      }
      return beat;
    };
    const alone = asked(() => undefined);
    expect(alone.facts()).toBeNull();
    expect(alone.inVain()).toMatchObject({ from: "client", by: "name", intervalMs: 5000, sent: 4, answered: 0 });
    expect(alone.inVain()?.unansweredAtEnd.map(({ packet }) => packet)).toEqual([1, 10, 19, 28]);
    const beside = asked((beat, atMs, packet) => {
      for (let at = 2; at < 7; at++) beat.onMessage(message(1, atMs + at * 900, '{"rpm":1}', packet + at), null);
    });
    expect(beside.inVain()).toMatchObject({ sent: 4 });
    const answered = asked((beat, atMs, packet) =>
      beat.onMessage(message(1, atMs + 4000, '{"ok":1}', packet + 2), null),
    );
    expect(answered.inVain()).toBeNull();
    const greeted = new ApplicationBeat();
    greeted.onMessage(message(1, 20, '{"type":"ack"}', 1), null);
    for (const atMs of [5000, 10_000]) greeted.onMessage(message(0, atMs, '{"type":"ping"}', atMs), "ping");
    expect(greeted.inVain()).toMatchObject({ sent: 2, intervalMs: 5000 });
  });
  test("that is no longer answered names the questions left open", () => {
    const facts = beats(10, 5000, 3).facts();
    expect(facts?.unansweredAtEnd.map(({ packet }) => packet)).toEqual([15, 17, 19]);
    expect(facts?.lastAnswer?.packet).toBe(14);
  });
  test("tells how long questions waited before their answers came together", () => {
    expect(longestWait([0, 5, 10, 15].map(at), [0.1, 16, 16.1, 16.2].map(at))).toMatchObject({
      asked: { packet: 51 },
      answered: { packet: 161 },
      waiting: 3,
      madeUp: 3,
    });
    expect(longestWait([0, 5, 10, 15, 20].map(at), [0.1, 16, 20.1].map(at))).toMatchObject({ waiting: 3, madeUp: 1 });
    // Nothing before the first answer is judged, and one question alone is late for the next answer only.
    expect(longestWait([0, 5, 10].map(at), [11].map(at))).toBeNull();
    expect(longestWait([0, 5, 10].map(at), [0.1, 9, 10.1].map(at))).toBeNull();
  });
  test("is not answered by what comes when the asker has given up", () => {
    const beat = beats(10, 5000, 3);
    beat.onClose(0, 50_000e6);
    for (let late = 0; late < 3; late++)
      beat.onMessage(message(1, 51_000 + late, `{"rsp":17,"n":${late}}`, 30 + late), null);
    expect(beat.facts()).toMatchObject({ sent: 10, answered: 7, lastAnswer: { packet: 14 } });
    expect(beat.facts()?.unansweredAtEnd.map(({ packet }) => packet)).toEqual([15, 17, 19]);
  });
  test("irregular messages are a conversation", () => {
    expect(beats(8, 5000, 0, 3000).facts()).toBeNull();
  });
  test("regular messages that nobody answers are telemetry", () => {
    const beat = new ApplicationBeat();
    for (let round = 0; round < 20; round++)
      beat.onMessage(message(1, round * 1000, `{"speed":${round}}`, round), null);
    expect(beat.facts()).toBeNull();
  });
  test("two streams at one pace are no question and answer: their numbers change, each by itself", () => {
    const beat = new ApplicationBeat();
    for (let second = 1; second <= 8; second++) {
      beat.onMessage(message(1, second * 1001, `{"topic":"a","n":${second},"speed":${second * 7}}`, second * 2), null);
      beat.onMessage(message(0, second * 1002, `{"value":${second * 31}}`, second * 2 + 1), null);
    }
    for (let second = 9; second <= 12; second++)
      beat.onMessage(message(1, second * 1001, `{"topic":"a","n":${second},"speed":${second * 7}}`, second * 2), null);
    expect(beat.facts()).toBeNull();
  });
  test("a named ping is not answered by telemetry that happens to come behind it", () => {
    const beat = new ApplicationBeat();
    for (let round = 0; round < 8; round++) {
      beat.onMessage(message(0, round * 3000, '{"type":"ping"}', round * 2 + 1), "ping");
      if (round < 5) beat.onMessage(message(1, round * 3000 + 400, `{"speed":${round * 7}}`, round * 2 + 2), null);
    }
    expect(beat.facts()).toBeNull();
  });
  test("the last question is told, answered or not", () => {
    expect(beats(8, 5000, 0).facts()?.lastAsked?.packet).toBe(15);
    expect(beats(8, 5000, 2).facts()?.lastAsked?.packet).toBe(15);
  });
  test("an answer to everything (a chat) is no answer to the beat", () => {
    const beat = beats(6, 5000, 6);
    for (let round = 0; round < 30; round++)
      beat.onMessage(message(1, round * 937, `{"chat":${round}}`, 100 + round), null);
    expect(beat.facts()).toBeNull();
  });
});

test("the newest text is told only when it is unlike all before", () => {
  const beat = new ApplicationBeat();
  for (let n = 0; n < 3; n++) beat.onMessage(message(1, n * 1000, `{"t":${n}}`, n + 1), null);
  expect(beat.lastText(1)).toBeNull();
  beat.onMessage(message(1, 3000, "无效的认证令牌", 4), null);
  expect(beat.lastText(1)).toMatchObject({ packet: 4, text: "无效的认证令牌" });
  expect(beat.lastText(0)).toBeNull();
});
