import { describe, expect, it } from "vitest";
import { parseRequestLine, parseStatusLine } from "../../src/http/start-line.ts";

const onTheWire = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

describe("what a start line says without encoding it", () => {
  // The last byte of "à" is a no-break space when it is read alone.
  it.each(["/聊天/ws", "/voilà", "/caf\u00e9?room=\u6e2f"])("is read as UTF-8 in a target: %s", (target) => {
    expect(parseRequestLine(onTheWire(`GET ${target} HTTP/1.1`))?.target).toBe(target);
  });

  it("is kept byte by byte where it is no UTF-8", () => {
    expect(parseRequestLine("GET /caf\xe9 HTTP/1.1")?.target).toBe("/café");
  });

  it.each(["切换协议", "lines\u2028apart"])("is read as UTF-8 in a reason: %s", (reason) => {
    expect(parseStatusLine(onTheWire(`HTTP/1.1 101 ${reason}`))).toMatchObject({ status: 101, reason });
  });
});
