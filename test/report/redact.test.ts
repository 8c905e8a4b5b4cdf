import { describe, expect, test } from "vitest";
import { createRedactor } from "../../src/report/redact.ts";
import { SecretKeys } from "../../src/report/redaction/secret-keys.ts";

// Header {"alg":"HS256"}, payload {"sub":"1234567890"}: the example of RFC 7519's readers everywhere.
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

describe("what is hidden", () => {
  test.each([
    ["/ws?token=abc123&room=7", "/ws?token=[redacted:1]&room=7"],
    ["/ws?access_token=abc", "/ws?access_token=[redacted:1]"],
    ["/ws?room=7&apiKey=abc", "/ws?room=7&apiKey=[redacted:1]"],
    ["/ws?auth%5Btoken%5D=abc", "/ws?auth%5Btoken%5D=[redacted:1]"],
    ["/ws?sessionId=abc&token2=def", "/ws?sessionId=[redacted:1]&token2=[redacted:2]"],
    ["/ws?key=abc", "/ws?key=[redacted:1]"],
    ["/socket.io/?EIO=4&transport=websocket&sid=Xy_1", "/socket.io/?EIO=4&transport=websocket&sid=[redacted:1]"],
    [`/ws/${JWT}/x`, "/ws/[redacted:1]/x"],
    [`40/im,{"token":"${JWT}"}`, '40/im,{"token":"[redacted:1]"}'],
    ['{"user":"li","password":"a\\"b","n":1}', '{"user":"li","password":"[redacted:1]","n":1}'],
    ['{"pwd":123456}', '{"pwd":"[redacted:1]"}'],
    ['{"data":"{\\"token\\":\\"abc\\",\\"n\\":1}"}', '{"data":"{\\"token\\":\\"[redacted:1]\\",\\"n\\":1}"}'],
    ['{"token":"cut off he', '{"token":"[redacted:1]'],
    ["Bearer abcdefgh1", "Bearer [redacted:1]"],
    ["Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted:1]"],
    ["ws://li:geheim@host/x", "ws://li:[redacted:1]@host/x"],
  ])("%s", (given, hidden) => {
    expect(createRedactor(true).text(given)).toBe(hidden);
  });
});

describe("what stays readable", () => {
  test.each([
    "/im?room=7&author=li&monkey=1",
    '{"key":"temperature","value":3}',
    '44/im,{"message":"Authentication failed: token missing"}',
    "Basic authentication is needed",
    "the bearer of bad news",
    '{"session_elapsed":"12 s","token_type":"x","tokenExpiresIn":3600,"password_required":true}',
    '{"session_energy":142.5,"tokens_used":1200,"session_minutes":"12 min"}',
    '{"type":"subscribe","topics":["realtime/*"]}',
  ])("%s", (text) => {
    expect(createRedactor(true).text(text)).toBe(text);
  });
});

test("the same secret keeps its tag, another gets the next", () => {
  const redactor = createRedactor(true);
  expect(redactor.text("?token=abc")).toBe("?token=[redacted:1]");
  expect(redactor.text("?token=xyz")).toBe("?token=[redacted:2]");
  expect(redactor.text('{"jwt":"abc"}')).toBe('{"jwt":"[redacted:1]"}');
  expect(redactor.hidden).toBe(2);
});

test("redacting twice changes nothing more", () => {
  const redactor = createRedactor(true);
  const once = redactor.text(`?token=abc&x={"secret":"s"} ${JWT} Bearer abc12345678`);
  expect(redactor.text(once)).toBe(once);
});

test("a subprotocol that is a token is hidden, a name is not", () => {
  const redactor = createRedactor(true);
  expect(redactor.token("graphql-transport-ws")).toBe("graphql-transport-ws");
  expect(redactor.token("v12.stomp")).toBe("v12.stomp");
  expect(redactor.token("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")).toBe("[redacted:1]");
});

test("switched off, nothing is touched", () => {
  const redactor = createRedactor(false);
  expect(redactor.text("?token=abc")).toBe("?token=abc");
  expect(redactor.hidden).toBe(0);
});

// Taken in quadratic time, any of them would outlast the test's time limit many times over.
test("hostile text takes linear time", () => {
  const redactor = createRedactor(true);
  for (const piece of ['"', "\\", '\\"', "eyJ", "a=", "token", "://", 'token":"', "bearer "]) {
    expect(redactor.text(`token ${piece.repeat(200_000)}`)).toContain("token");
  }
});

test("keys", () => {
  const keys = new SecretKeys(["plate number"]);
  expect(keys.holds("x-auth-token", true)).toBe(true);
  expect(keys.holds("authkey", true)).toBe(true);
  expect(keys.holds("userPassword", false)).toBe(true);
  expect(keys.holds("plateNumber", false)).toBe(true);
  expect(keys.holds("keyboard", true)).toBe(false);
  expect(keys.holds("Sec-WebSocket-Key", false)).toBe(false);
  expect(keys.holds("token_type", false)).toBe(false);
  for (const key of ["session", "session_id", "userSession", "sessionKey", "session_token"])
    expect(keys.holds(key, false), key).toBe(true);
});
