import { expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { SocketIoNamespaceFacts } from "../../src/store/session-types.ts";
import { connectionFacts, mark, upgrade } from "../support/facts-builder.ts";
import { session } from "./cases/application.ts";
import { one } from "./cases/case.ts";

// What a server's own words say of why it refused a login, and what is then to be looked at first.

const firstCause = (message: string, more: Partial<SocketIoNamespaceFacts> = {}, details?: string) => {
  const namespace: SocketIoNamespaceFacts = {
    name: "/im",
    sid: "s",
    connectRequested: mark(0.02),
    hasAuth: true,
    connected: null,
    refused: { ...mark(0.05), message, ...(details === undefined ? {} : { details }) },
    told: null,
    disconnected: null,
    errors: 0,
    firstErrors: [],
    ...more,
  };
  const connection = connectionFacts({
    upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket" }),
    session: session({ socketIo: [namespace] }),
  });
  const finding = judge(one(connection)).find(({ ruleId }) => ruleId === "sio.connect.refused");
  return `${finding?.causes[0]?.confidence} ${finding?.causes[0]?.id}`;
};

test.each([
  ["connect ECONNREFUSED 127.0.0.1:3306", "likely checkFailed"],
  ["Cannot read properties of undefined (reading 'id')", "likely checkFailed"],
  ["Too many connections", "likely serverLimits"],
  ["缺少 token", "likely tokenElsewhere"],
  ["No token provided", "likely tokenElsewhere"],
  ["jwt malformed", "likely tokenRejected"],
  ["无效的认证令牌", "likely tokenRejected"],
  ["jwt expired", "likely tokenNotRenewed"],
  ["Signature has expired", "likely tokenNotRenewed"],
  ["token 已过期", "likely tokenNotRenewed"],
  ["Invalid or expired token", "likely tokenRejected"],
  ["expired", "likely tokenNotRenewed"],
  ["已过期", "likely tokenNotRenewed"],
  ["登录状态已过期", "likely tokenNotRenewed"],
  ["Your license expired", "likely otherTermOver"],
  ["subscription expired", "likely otherTermOver"],
  ["Plan expired, please upgrade", "likely otherTermOver"],
  ["expired invite", "likely otherTermOver"],
  ["OTP expired", "likely otherTermOver"],
  ["订阅已过期", "likely otherTermOver"],
  ["Your subscription token expired", "likely tokenRejected"],
  ["invalid signature", "likely tokenOfOthers"],
  ["jwt audience invalid. expected: chat", "likely tokenOfOthers"],
  ['unexpected "iss" claim value', "likely tokenOfOthers"],
  ["forbidden: admin role required", "likely permissionMissing"],
  ["Forbidden resource", "likely permissionMissing"],
  ["没有权限", "likely permissionMissing"],
  ["forbidden: invalid token", "likely tokenRejected"],
  ["Not allowed by CORS", "possible tokenRejected"],
  ["banned", "possible tokenRejected"],
])("“%s” to a client that sent something: %s", (message, cause) => {
  expect(firstCause(message)).toBe(cause);
});

test("a slip of the client comes before what may be wrong with a token", () => {
  expect(firstCause("jwt malformed", { authSlip: "unset" })).toBe("likely tokenUnset");
  expect(firstCause("invalid token", { authSlip: "bearer" })).toBe("likely bearerInAuth");
});

test("without anything sent it is the client that lacks a token", () => {
  expect(firstCause("No token provided", { hasAuth: false })).toBe("likely authMissing");
});

test("what stands beside the message counts, too", () => {
  expect(firstCause("unauthorized", {}, '{"why":"getaddrinfo ENOTFOUND db"}')).toBe("likely checkFailed");
  expect(firstCause("not authorized", {}, '{"code":"TOKEN_EXPIRED","content":"Please retry later"}')).toBe(
    "likely tokenNotRenewed",
  );
  expect(firstCause("Unauthorized", {}, '{"code":"invalid_token","why":"invalid signature"}')).toBe(
    "likely tokenOfOthers",
  );
  expect(firstCause("Error", {}, '{"code":401}')).toBe("likely tokenRejected");
  expect(firstCause("Error", {}, '{"statusCode":403}')).toBe("likely permissionMissing");
  expect(firstCause("Error", {}, '{"code":4010}')).toBe("possible tokenRejected");
});

test("no word of it helps a client that sent nothing to log in with", () => {
  for (const message of ["jwt expired", "invalid signature", "Forbidden resource"])
    expect(firstCause(message, { hasAuth: false })).toBe("likely authMissing");
});
