import { expect, test } from "vitest";
import { createRedactor } from "../../src/report/redact.ts";

const redactor = () => createRedactor(true, { addresses: true });

test("subnets stay together, the same address keeps its name, loopback stays", () => {
  const names = redactor();
  const [a, b, c, a2] = ["192.168.50.21", "192.168.50.10", "10.1.2.3", "192.168.50.21"].map((x) => names.address(x));
  expect(a2).toBe(a);
  const network = (text = "") => text.split(".").slice(0, 3).join(".");
  expect(network(a)).toBe(network(b));
  expect(network(c)).not.toBe(network(a));
  expect(names.address("127.0.0.1")).toBe("127.0.0.1");
  expect(names.address("8.8.8.8")).toMatch(/^198\.19\./);
});

test("addresses in text, ports kept; hiding twice changes nothing more", () => {
  const names = redactor();
  const once = names.text("ws://192.168.50.21:8080/x from [2001:db9::7]:443 and fe80::1, at 12:30:45 v1.2.3");
  expect(once).not.toMatch(/192\.168|2001:db9/);
  expect(once).toMatch(/^ws:\/\/198\.18\.1\.1:8080\/x from \[2001:db8:0:\d+::1\]:443/);
  expect(once).toContain("at 12:30:45 v1.2.3");
  expect(names.text(once)).toBe(once);
  expect(names.address("192.168.50.21")).toBe("198.18.1.1");
});

test("without the option addresses stay", () => {
  expect(createRedactor(true).text("192.168.50.21")).toBe("192.168.50.21");
});

test("in packet bytes what stands for an address is as long as it: zeros in front, or asterisks", () => {
  const tags = (text: string) =>
    redactor()
      .packetSpans(text)
      .map(({ start, end, tag }) => [text.slice(start, end), tag]);
  expect(tags("Host: 192.168.50.21:8080")).toEqual([["192.168.50.21", "198.18.01.001"]]);
  expect(tags("via 10.0.0.1, 127.0.0.1")).toEqual([["10.0.0.1", "********"]]);
  expect(tags("[2a00:1450:4001:829::200e]:443")).toEqual([["2a00:1450:4001:829::200e", "2001:db8:0000:0001::0001"]]);
  expect(createRedactor(true).packetSpans("192.168.50.21")).toEqual([]);
});
