import { expect, test } from "vitest";
import { SessionWatch } from "../../../src/pipeline/session/session-watch.ts";
import type { MessageView } from "../../../src/websocket/types.ts";
import { beat } from "../../support/facts-builder.ts";
import { messageView } from "../../support/message-view.ts";

const message = (direction: 0 | 1, text: string, packet: number): MessageView =>
  messageView(direction, text, packet, packet * 1000);

/** A Socket.IO session in which the client's last message is `text`. */
function session(...texts: string[]) {
  const watch = new SessionWatch("websocket", "/socket.io/?EIO=4&transport=websocket", null, () => 0);
  watch.onMessage(
    message(1, '0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":2000}', 1),
    true,
  );
  watch.onMessage(message(0, "40/im,", 2), true);
  watch.onMessage(message(1, '40/im,{"sid":"def"}', 3), true);
  texts.forEach((text, index) => {
    watch.onMessage(message(index === texts.length - 1 ? 0 : 1, text, 4 + index), text.includes("exception"));
  });
  return watch.facts(() => beat());
}

test("what no Socket.IO server can parse is told, and no packet of it", () => {
  expect(session("Zhello").notAPacket).toMatchObject({ packet: 4, text: "Zhello" });
  expect(session("42/im,{bad").notAPacket?.text).toBe("42/im,{bad");
  for (const fine of [
    '42/im,["send",{"text":"hello"}]',
    '42["a"]',
    '43/im,1["ok"]',
    '451-["file",{"_placeholder":true,"num":0}]',
    "3",
  ])
    expect(session(fine).notAPacket, fine).toBeNull();
  expect(session(`42/im,["${"x".repeat(80)}"]`).notAPacket).toBeNull();
});

test("every event that says error is counted, and the first ones kept", () => {
  const [first, second] = ["Unauthorized", "Internal server error"].map(
    (text) => `42/im,["exception",{"message":"${text}"}]`,
  );
  const [namespace] = session(first ?? "", second ?? "", "3").socketIo;
  expect(namespace?.firstErrors.map(({ message: said }) => said)).toEqual(["Unauthorized", "Internal server error"]);
  expect(namespace).toMatchObject({ errors: 2, told: { message: "Internal server error" } });
});

test("the largest message that the server takes is in its greeting", () => {
  expect(session("3").engineIo?.open?.maxPayloadBytes).toBe(2000);
});

/** What came of the acknowledgments; each text after the direction of who says it: ">" the client, "<" the server. */
function acksOf(lines: readonly string[], problem: MessageView["problem"] = null) {
  const watch = new SessionWatch("websocket", "/socket.io/?EIO=4&transport=websocket&sid=abc", null, () => 0);
  watch.onMessage(message(0, "2probe", 1), true);
  lines.forEach((line, index) => {
    const said = message(line.startsWith(">") ? 0 : 1, line.slice(1), 2 + index);
    watch.onMessage({ ...said, problem: line.startsWith("<") ? problem : null }, false);
  });
  return new Map(watch.facts(() => beat()).socketIo.map(({ name, acks }) => [name, acks]));
}

test("acknowledgments are paired with the events that asked for them, each namespace by itself", () => {
  const acks = acksOf([
    '>42/im,0["send",{"a":1}]',
    '>420["hello"]',
    '<43/im,0["ok"]',
    '>42/im,1["sa\u0000ve"]',
    '>451-/im,2["file",{"_placeholder":true,"num":0}]',
    '<461-/im,2[{"_placeholder":true,"num":0}]',
    '>42/im,["no callback"]',
    '<42["news",1]',
  ]);
  expect(acks.get("/im")).toMatchObject({ asked: 3, answered: 2, slowestMs: 2000, missing: [{ packet: 5 }] });
  expect(acks.get("/")).toMatchObject({ asked: 1, answered: 0, serverSpoke: true, missing: [{ event: "hello" }] });
});

test("acknowledgments of the client to the server's events are no answers, and numbers in texts no requests", () => {
  expect(acksOf(['<420["ask"]', ">430[1]", ">42 apples", ">4231"]).size).toBe(0);
});

test("an answer that is looked at before what asked for it, since that was held behind a hole, is one; others are kept", () => {
  const watch = new SessionWatch("websocket", "/socket.io/?EIO=4&transport=websocket&sid=abc", null, () => 0);
  watch.onMessage(message(0, "2probe", 1), true);
  const texts: [0 | 1, string, number][] = [
    [1, "430[1]", 4],
    [1, "431[1]", 6],
    [0, '421["late"]', 5],
    [0, '420["again"]', 7],
  ];
  for (const [direction, text, at] of texts) watch.onMessage(message(direction, text, at), false);
  const [facts] = watch.facts(() => beat()).socketIo;
  expect(facts?.acks).toMatchObject({ asked: 2, answered: 2, missing: [{ event: "again" }], elsewhere: [{ id: 0 }] });
});

test("where something of the server could not be read, no acknowledgment is missed", () => {
  expect(acksOf(['>420["hello"]', '<42["x"]'], "inflate-failed").size).toBe(0);
});

test("what is remembered of acknowledgments is bounded", () => {
  const many = Array.from({ length: 300 }, (_, index) => `>42${index}["send"]`);
  expect(acksOf(many).get("/")).toMatchObject({ asked: 300, answered: 0 });
  expect(acksOf(many).get("/")?.missing).toHaveLength(64);
});

/** What the server is known to have served, and which acknowledgments of it say that a request failed. */
function servedOf(...lines: string[]) {
  const watch = new SessionWatch("websocket", "/socket.io/?EIO=4&transport=websocket&sid=abc", null, () => 0);
  watch.onMessage(message(0, "2probe", 1), true);
  lines.forEach((line, index) => {
    watch.onMessage(message(line.startsWith(">") ? 0 : 1, line.slice(1), 2 + index), line.includes("exception"));
  });
  const [facts] = watch.facts(() => beat()).socketIo;
  return {
    served: facts?.served?.packet ?? null,
    failed: facts?.failedAcks?.first.map(({ event, message: said }) => `${event}: ${said}`) ?? [],
  };
}

test("an acknowledgment that says why a request failed is one, in the forms that applications use", () => {
  for (const [content, said] of [
    ['{"status":"error","message":"Unauthorized"}', "Unauthorized"],
    ['{"message":"Unauthorized","status":"error"}', "Unauthorized"],
    ['{"success":false,"error":"jwt expired"}', "jwt expired"],
    ['{"error":{"code":7,"message":"not logged in"}}', "not logged in"],
    ['{"code":401,"msg":"未登录"}', "未登录"],
  ])
    expect(servedOf('>420["join",{"a":1}]', `<430[${content}]`), content).toEqual({
      served: null,
      failed: [`join: ${said}`],
    });
  for (const content of [
    '{"status":"ok"}',
    '{"error":null,"data":1}',
    '{"code":200}',
    '"error"',
    "",
    '{"text":"\\"ok\\":false"}',
  ])
    expect(servedOf('>420["join"]', `<430[${content}]`), content).toEqual({ served: 3, failed: [] });
});

test("the last that a server says of no error is known, whatever says it", () => {
  expect(servedOf('<42["exception",{"message":"Unauthorized"}]').served).toBeNull();
  expect(servedOf('<42["news",1]', '<42["exception",{"message":"Unauthorized"}]').served).toBe(2);
  expect(servedOf('<42["exception",{"message":"x"}]', '<451-["file",{"_placeholder":true,"num":0}]').served).toBe(3);
  expect(servedOf('>42["send",1]').served).toBeNull();
});

test("a pong that comes after the server's own short patience, and its Close, answers nothing", () => {
  const missingWith = (pingTimeout: number): number => {
    const watch = new SessionWatch("websocket", "/socket.io/?EIO=4&transport=websocket", null, () => 0);
    watch.onMessage(
      message(1, `0{"sid":"abc","upgrades":[],"pingInterval":3000,"pingTimeout":${pingTimeout}}`, 1),
      true,
    );
    watch.onMessage(message(1, "2", 4), true);
    watch.onClose(1, 4.8e9);
    watch.onMessage(message(0, "3", 5), true);
    let missing = 0;
    watch.facts((heartbeat, direction) => {
      if (direction === 1) missing = heartbeat.summary(1, 4.8e9).missing;
      return beat();
    });
    return missing;
  };
  expect(missingWith(800)).toBe(1);
  expect(missingWith(2000)).toBe(0);
});
