import { expect, it } from "vitest";
import { play } from "./http-events.ts";

const cutBy = (end: "c" | "s", bytes: number) => ({ gap: end, bytes });

it("a start line cut behind the status code is one", () => {
  const { lines } = play([
    { c: "GET /ws HTTP/1.1\r\nHost: 192.16" },
    cutBy("c", 200),
    { s: "HTTP/1.1 101 Switching Protoco" },
    cutBy("s", 99),
    { s: "\x81\x02hi" },
  ]);
  expect(lines).toContain("response 101 to /ws (cut)");
  expect(lines.slice(-2)).toEqual(["switched gap server 99", "switched server \x81\x02hi"]);
});

it("a target that may go on ends in an ellipsis, and its version is not known", () => {
  const { lines } = play([
    { c: "GET /socket.io/?EIO=4&transpo" },
    cutBy("c", 200),
    { s: "HTTP/1.1 403 Forbid" },
    cutBy("s", 9),
  ]);
  expect(lines).toContain("request GET /socket.io/?EIO=4&transpo…  (cut)");
  expect(lines).toContain("response 403 to /socket.io/?EIO=4&transpo… (cut)");
});

it("frames behind heads of which nothing is left go to somebody else, gaps in their places", () => {
  const { lines } = play([
    { c: "GE" },
    cutBy("c", 200),
    { s: "HT" },
    cutBy("s", 120),
    { c: "\x81\x85" },
    cutBy("c", 9),
    { s: "\x81\x05" },
    cutBy("s", 5),
  ]);
  expect(lines.filter((line) => line.startsWith("not-http"))).toEqual([
    "not-http client \x81\x85",
    "not-http gap client 9",
    "not-http server \x81\x05",
    "not-http gap server 5",
  ]);
});
