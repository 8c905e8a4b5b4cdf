import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deflateParameters, parseExtensions } from "../../src/http/extensions.ts";

describe("parseExtensions", () => {
  it.each([
    ["", []],
    ["permessage-deflate", [{ name: "permessage-deflate", parameters: [] }]],
    [
      "permessage-deflate; client_max_window_bits, permessage-deflate;server_max_window_bits=10",
      [
        { name: "permessage-deflate", parameters: [["client_max_window_bits", null]] },
        { name: "permessage-deflate", parameters: [["server_max_window_bits", "10"]] },
      ],
    ],
    [
      'foo; a="1,2;\\"3\\\\" ; b = c,,\t bar',
      [
        {
          name: "foo",
          parameters: [
            ["a", '1,2;"3\\'],
            ["b", "c"],
          ],
        },
        { name: "bar", parameters: [] },
      ],
    ],
  ])("%j", (value, expected) => {
    expect(parseExtensions(value)).toEqual(expected);
  });

  it.each([";a", "a;", "a;b=", 'a;b="x', "a b", "a;;b", "a;b=c=d", "é", 'a;"b"'])("%j is not well-formed", (value) => {
    expect(parseExtensions(value)).toBeNull();
  });

  it("is total and linear", () => {
    fc.assert(fc.property(fc.string(), (value) => void parseExtensions(value)));
    // In quadratic time these would outlast the test's time limit many times over.
    expect(parseExtensions(`a${";b".repeat(600_000)}`)?.[0]?.name).toBe("a");
    expect(parseExtensions(`a;b="${"\\".repeat(1_200_000)}`)).toBeNull();
    expect(parseExtensions(" ".repeat(1_200_000))).toEqual([]);
  });
});

describe("deflateParameters", () => {
  const read = (value: string) => deflateParameters(parseExtensions(value)?.[0] ?? { name: "", parameters: [] });
  it("reads all four", () => {
    expect(read("permessage-deflate")).toEqual({
      serverNoContextTakeover: false,
      clientNoContextTakeover: false,
      serverMaxWindowBits: 15,
      clientMaxWindowBits: 15,
    });
    expect(
      read(
        'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits="12"',
      ),
    ).toEqual({
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 8,
      clientMaxWindowBits: 12,
    });
  });
  it.each([
    "server_max_window_bits=7",
    "server_max_window_bits=16",
    "server_max_window_bits=08",
    "client_max_window_bits",
    "server_no_context_takeover=1",
    "mux",
    "server_no_context_takeover; server_no_context_takeover",
  ])("%s is invalid", (parameter) => {
    expect(read(`permessage-deflate; ${parameter}`)).toBe("invalid");
  });
});
