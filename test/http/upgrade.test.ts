import { describe, expect, it } from "vitest";
import type { HttpRequest, HttpResponse } from "../../src/http/types.ts";
import { acceptFor, readUpgradeRequest, readUpgradeResponse } from "../../src/http/upgrade.ts";
import { play, SWITCH, UPGRADE } from "./http-events.ts";

/** Heads read by the decoder itself. */
function exchange(requestHead: string, responseHead: string): { request: HttpRequest; response: HttpResponse } {
  const { exchanges } = play([{ c: requestHead }, { s: responseHead }, { end: "s" }, { end: "c" }]);
  const [first] = exchanges;
  if (first?.request == null || first.response === null) throw new Error("no exchange");
  return { request: first.request, response: first.response };
}
const requestOf = (head: string): HttpRequest => exchange(head, SWITCH).request;
const without = (field: string): string => UPGRADE.replace(new RegExp(`${field}: .*\r\n`), "");

describe("readUpgradeRequest", () => {
  it("the example of RFC 6455 §1.3 deviates in nothing", () => {
    expect(readUpgradeRequest(requestOf(UPGRADE))).toMatchObject({
      kind: "websocket",
      protocolsAsked: ["websocket"],
      deviations: [],
      key: "dGhlIHNhbXBsZSBub25jZQ==",
      version: "13",
      protocolsOffered: [],
      extensionsOffered: null,
    });
  });

  it.each([
    [UPGRADE.replace("GET", "POST"), ["method-not-get"]],
    [UPGRADE.replace("HTTP/1.1", "HTTP/1.0"), ["http-1.0"]],
    [without("Host"), ["host-missing"]],
    [without("Connection"), ["connection-field-missing"]],
    [UPGRADE.replace("Connection: Upgrade", "Connection: keep-alive"), ["connection-field-missing"]],
    [UPGRADE.replace("Connection: Upgrade", "connection: keep-alive\r\nConnection: x, UPGRADE"), []],
    [without("Sec-WebSocket-Key"), ["key-missing"]],
    [UPGRADE.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"), ["key-invalid"]],
    [UPGRADE.replace("Host: a", "Host: a\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), ["key-repeated"]],
    [without("Sec-WebSocket-Version"), ["version-missing"]],
    [UPGRADE.replace("Version: 13", "Version: 8"), ["version-not-13"]],
    [UPGRADE.replace("Host: a", "Host: a\r\nSec-WebSocket-Extensions: ;"), ["extensions-invalid"]],
  ])("%j deviates: %j", (head, deviations) => {
    expect(readUpgradeRequest(requestOf(head))).toMatchObject({ kind: "websocket", deviations });
  });

  it("stripped: meant as a WebSocket, behind a proxy that does not forward the fields", () => {
    const head = without("Upgrade").replace("Connection: Upgrade", "Connection: close").replace("HTTP/1.1", "HTTP/1.0");
    expect(readUpgradeRequest(requestOf(head))).toMatchObject({
      kind: "stripped",
      deviations: ["http-1.0", "upgrade-field-missing", "connection-field-missing"],
    });
    const socketIo = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n\r\n";
    expect(readUpgradeRequest(requestOf(socketIo))?.kind).toBe("stripped");
    const polling = "GET /socket.io/?EIO=4&transport=polling&x=transport=websockets HTTP/1.1\r\nHost: a\r\n\r\n";
    expect(readUpgradeRequest(requestOf(polling))).toBeNull();
  });

  it("other protocols are named", () => {
    const head = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c, TLS/1.0\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n";
    expect(readUpgradeRequest(requestOf(head))).toMatchObject({
      kind: "other",
      protocolsAsked: ["h2c", "TLS/1.0"],
      deviations: [],
    });
  });

  it("a head that was cut off lacks nothing for certain", () => {
    const { exchanges } = play([
      { c: "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConn" },
      { gap: "c", bytes: 90 },
      { end: "c" },
      { end: "s" },
    ]);
    expect(readUpgradeRequest(exchanges[0]?.request as HttpRequest)).toMatchObject({
      kind: "websocket",
      deviations: [],
    });
  });
});

describe("readUpgradeResponse", () => {
  const read = (requestHead: string, responseHead: string) => {
    const { request, response } = exchange(requestHead, responseHead);
    return readUpgradeResponse(request, response);
  };
  const offering = (field: string): string => UPGRADE.replace("Host: a", `Host: a\r\n${field}`);
  const answering = (field: string): string => SWITCH.replace("Connection:", `${field}\r\nConnection:`);

  it("the example of RFC 6455 §1.3 is accepted", () => {
    expect(acceptFor("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    expect(read(UPGRADE, SWITCH)).toEqual({
      isWebSocket: true,
      protocolsNamed: ["websocket"],
      deviations: [],
      acceptValid: true,
      protocol: null,
      extensions: null,
      deflate: "none",
    });
  });

  it.each([
    [UPGRADE, SWITCH.replace("s3p", "S3p"), ["accept-wrong"], false],
    [UPGRADE, "HTTP/1.1 101\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", ["accept-missing"], false],
    [UPGRADE, SWITCH.replace("Upgrade: websocket\r\n", ""), ["upgrade-field-missing"], true],
    [UPGRADE, SWITCH.replace("Connection: Upgrade", "Connection: close"), ["connection-field-missing"], true],
    [UPGRADE, answering("Sec-WebSocket-Extensions: permessage-deflate"), ["extension-not-offered"], true],
    [UPGRADE, answering("Sec-WebSocket-Extensions: ;"), ["extensions-invalid"], true],
    [UPGRADE, answering("Sec-WebSocket-Protocol: chat"), ["protocol-not-offered"], true],
    [
      offering("Sec-WebSocket-Protocol: Chat"),
      answering("Sec-WebSocket-Protocol: chat"),
      ["protocol-not-offered"],
      true,
    ],
    [offering("Sec-WebSocket-Protocol: a, b"), answering("Sec-WebSocket-Protocol: b"), [], true],
    [offering("Sec-WebSocket-Protocol: a, b"), answering("Sec-WebSocket-Protocol: a, b"), ["protocol-repeated"], true],
    [offering("Sec-WebSocket-Protocol: a, b"), SWITCH, ["protocol-absent"], true],
    [UPGRADE, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", ["status"], null],
  ])("%#: deviations %j", (requestHead, responseHead, deviations, accept) => {
    expect(read(requestHead, responseHead)).toMatchObject({ deviations, acceptValid: accept });
  });

  it.each([
    ["permessage-deflate", "permessage-deflate", []],
    ["permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=10", []],
    ["permessage-deflate", "permessage-deflate; client_max_window_bits=10", ["extension-parameters"]],
    ["permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=9", []],
    [
      "permessage-deflate; server_max_window_bits=10",
      "permessage-deflate; server_max_window_bits=11",
      ["extension-parameters"],
    ],
    ["permessage-deflate; server_max_window_bits=10", "permessage-deflate", ["extension-parameters"]],
    ["permessage-deflate; server_max_window_bits=10, permessage-deflate", "permessage-deflate", []],
    ["permessage-deflate; server_no_context_takeover", "permessage-deflate", ["extension-parameters"]],
    ["permessage-deflate", "permessage-deflate; server_no_context_takeover", []],
    ["permessage-deflate", "permessage-deflate, permessage-deflate", ["extension-parameters"]],
  ])("offer %j, answer %j", (offer, answer, deviations) => {
    const reading = read(
      offering(`Sec-WebSocket-Extensions: ${offer}`),
      answering(`Sec-WebSocket-Extensions: ${answer}`),
    );
    expect(reading.deviations).toEqual(deviations);
  });

  it("a 101 without its request: nothing is said of what was offered, and the accept cannot be judged", () => {
    const { response } = exchange(UPGRADE, answering("Sec-WebSocket-Extensions: permessage-deflate"));
    expect(readUpgradeResponse(null, response)).toMatchObject({ isWebSocket: true, deviations: [], acceptValid: null });
  });

  it("a 101 to h2c is no WebSocket", () => {
    const head = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
    expect(read(head, "HTTP/1.1 101 X\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")).toMatchObject({
      isWebSocket: false,
      protocolsNamed: ["h2c"],
      deviations: [],
      acceptValid: null,
    });
  });
});
