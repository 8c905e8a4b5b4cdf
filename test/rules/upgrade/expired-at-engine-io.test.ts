import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { analysisOf, connectionFacts, exchange, mark } from "../../support/facts-builder.ts";

const EXPIRED_AT = 1_000;

/** A poll with a token that had run out, which Engine.IO refuses in these words. */
const told = (message: string): string[] => {
  const target = "/socket.io/?EIO=4&transport=polling&token=x";
  const body = JSON.stringify({ code: 4, message });
  const one = connectionFacts({
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [exchange({ target, request: {}, status: 403, body, requestAt: 1, responseAt: 1.1 })],
    tokens: [
      {
        ...mark(1),
        where: "query",
        sid: null,
        from: "client",
        expiresAtSeconds: EXPIRED_AT,
        notBeforeSeconds: null,
        issuedAtSeconds: null,
      },
    ],
  });
  return judge(analysisOf([one]))
    .filter(({ severity }) => severity === "error")
    .map(({ ruleId, variant }) => `${ruleId} ${variant}`);
};

test("Engine.IO's refusal that names an expired login is the expired token's", () => {
  expect(told("jwt expired")).toEqual(["jwt.expired refused"]);
});

test("what it says of other things, or not at all, leaves the reason open", () => {
  expect(told("Your license expired")).toEqual(["eio.request.refused forbidden"]);
  expect(told("Forbidden")).toEqual(["eio.request.refused forbidden"]);
});
