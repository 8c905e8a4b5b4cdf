import { expect, test } from "vitest";
import type { HttpExchange } from "../../../src/http/types.ts";
import { meansWebSocket } from "../../../src/pipeline/facts/http-facts.ts";
import { fields, mark, UPGRADE_FIELDS } from "../../support/facts-builder.ts";

const asked = (target: string, more: Record<string, string> = {}): HttpExchange => ({
  request: {
    first: mark(1),
    last: mark(1),
    version: "1.1",
    headBytes: 100,
    complete: true,
    method: "GET",
    target,
    fields: fields({ ...UPGRADE_FIELDS, ...more }),
  },
  response: null,
  interim: [],
  requestBody: { bytes: 0, preview: new Uint8Array(0), complete: true },
  responseBody: { bytes: 0, preview: new Uint8Array(0), complete: true, last: null },
});

test("a proxy's login check copies the fields of an upgrade and asks for none", () => {
  const check = { "X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/ws?room=1" };
  expect(meansWebSocket(asked("/ws"))).toBe(true);
  expect(meansWebSocket(asked("/auth", check))).toBe(false);
  // What is passed on itself says so too, behind some proxies.
  expect(meansWebSocket(asked("/ws?room=1", check))).toBe(true);
  expect(meansWebSocket(asked("/backend/ws", { "X-Forwarded-Uri": "/ws" }))).toBe(true);
});
