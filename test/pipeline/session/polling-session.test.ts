import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { HttpBody, HttpExchange } from "../../../src/http/types.ts";
import { exchangeFacts } from "../../../src/pipeline/facts/http-facts.ts";
import { pollingSession } from "../../../src/pipeline/session/polling-session.ts";
import { beat, fields, mark } from "../../support/facts-builder.ts";

const body = (preview: Uint8Array): HttpBody => ({ preview, bytes: preview.length, complete: true });
const head = (pairs: Record<string, string>) => ({
  first: mark(1),
  last: mark(1),
  version: "1.1",
  fields: fields(pairs),
  headBytes: 100,
  complete: true,
});

const answered = (content: Uint8Array): HttpExchange => ({
  request: { ...head({}), method: "GET", target: "/socket.io/?EIO=4&transport=polling&sid=abc" },
  response: { ...head({ "Content-Encoding": "gzip" }), status: 200, reason: "OK" },
  interim: [],
  requestBody: body(new Uint8Array(0)),
  responseBody: { ...body(content), last: mark(1) },
});

test("what a compressed poll says is read; what does not inflate says nothing", () => {
  const refusal = answered(gzipSync('44{"message":"缺少 token"}'));
  const session = pollingSession([refusal], () => beat());
  expect(session?.facts.socketIo).toMatchObject([{ sid: "abc", refused: { message: "缺少 token" } }]);
  expect(exchangeFacts(refusal).responseBodyPreview).toBe('44{"message":"缺少 token"}');
  const broken = answered(Buffer.from("no gzip"));
  expect(pollingSession([broken], () => beat())?.facts.socketIo).toEqual([]);
  expect(exchangeFacts(broken).responseBodyPreview).toBe("");
});

test("of two CONNECTs in one POST each has its own token", () => {
  const jwt = (claims: object) => `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
  const posted = (name: string, exp: number) => `40${name}${JSON.stringify({ token: jwt({ exp }) })}`;
  const post: HttpExchange = {
    ...answered(new Uint8Array(0)),
    request: { ...head({}), method: "POST", target: "/socket.io/?EIO=4&transport=polling&sid=abc" },
    requestBody: body(Buffer.from([posted("", 1_700_000_100), posted("/admin,", 1_700_000_200)].join("\u001e"))),
  };
  expect(pollingSession([post], () => beat())?.tokens).toMatchObject([
    { namespace: "/", expiresAtSeconds: 1_700_000_100 },
    { namespace: "/admin", expiresAtSeconds: 1_700_000_200 },
  ]);
});
