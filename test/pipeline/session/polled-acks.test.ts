import { expect, test } from "vitest";
import type { HttpBody, HttpExchange } from "../../../src/http/types.ts";
import { PolledAcks } from "../../../src/pipeline/session/polled-acks.ts";
import { mark } from "../../support/facts-builder.ts";

const body = (text: string, bytes = text.length): HttpBody => ({ preview: Buffer.from(text), bytes, complete: true });
const head = (seconds: number) => ({
  first: mark(seconds),
  last: mark(seconds),
  version: "1.1",
  fields: [],
  headBytes: 100,
  complete: true,
});

const poll = (method: string, sid: string, text: string, seconds: number, bytes?: number): HttpExchange => ({
  request: { ...head(seconds), method, target: `/socket.io/?EIO=4&transport=polling&sid=${sid}` },
  response: { ...head(seconds), status: 200, reason: "OK" },
  interim: [],
  requestBody: body(method === "POST" ? text : ""),
  responseBody: { ...body(method === "GET" ? text : "ok", bytes), last: mark(seconds + 0.1) },
});

const factsOf = (...exchanges: HttpExchange[]) => {
  const acks = new PolledAcks();
  for (const exchange of exchanges) acks.note(exchange);
  return acks.facts();
};

test("numbers that are asked for in posts and come in answers, each session and namespace by itself", () => {
  const [a, b] = factsOf(
    poll("POST", "a", '420["save",1]\u001e42["no callback"]\u001e42/im,7["send"]', 1),
    poll("GET", "a", "2", 2),
    poll("GET", "a", '43/im,7["ok"]\u001e42["news"]', 3),
    poll("GET", "b", '430["of another"]', 4),
  );
  expect(a).toMatchObject({
    sid: "a",
    unread: null,
    isFull: false,
    namespaces: [
      { name: "/", serverSpoke: true, asked: [{ id: 0, event: "save", packet: mark(1).packet }], answered: [] },
      { name: "/im", serverSpoke: true, asked: [{ id: 7, event: "send" }], answered: [{ id: 7, ...mark(3.1) }] },
    ],
  });
  expect(b).toMatchObject({ sid: "b", namespaces: [{ answered: [{ id: 0 }] }] });
});

test("the client's acknowledgments of the server's events are neither, nor is what was refused", () => {
  const refused = { ...poll("POST", "a", '420["save"]', 1), response: { ...head(1), status: 413, reason: "" } };
  expect(factsOf(poll("POST", "a", '430["mine"]', 1), poll("GET", "a", "6", 1), refused)).toEqual([]);
});

test("an answer of which the end is not kept may hold some", () => {
  expect(factsOf(poll("GET", "a", '42["history"', 2, 5000))).toMatchObject([{ unread: mark(2.1) }]);
});

test("what is remembered is bounded, and says so", () => {
  const many = Array.from({ length: 600 }, (_, index) => poll("POST", "a", `42${index}["save"]`, index));
  const [one] = factsOf(...many);
  expect(one?.isFull).toBe(true);
  expect(one?.namespaces[0]?.asked).toHaveLength(512);
  const sessions = Array.from({ length: 40 }, (_, index) => poll("GET", `s${index}`, '430["ok"]', index));
  expect(factsOf(...sessions)).toHaveLength(32);
  expect(factsOf(...sessions)[0]?.isFull).toBe(true);
});
