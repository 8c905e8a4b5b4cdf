import { expect, test } from "vitest";
import { connectionId } from "../../../src/base/brand.ts";
import { findJoins } from "../../../src/pipeline/joins/joins.ts";
import { contextOf } from "../../../src/rules/context/context.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { analysisOf, connectionFacts, upgrade } from "../../support/facts-builder.ts";

const COUNT = 3000;
let looks = 0;

/** Counts how often somebody asks for the ends of one of these. */
const counted = (facts: ConnectionFacts, id: number): ConnectionFacts => {
  const { client } = facts;
  return Object.defineProperty({ ...facts, id: connectionId(id) }, "client", {
    enumerable: true,
    get: () => {
      looks++;
      return client;
    },
  });
};

function asked(packet: number, key: string, target: string): ConnectionFacts["upgrade"] {
  const made = upgrade({});
  const { request } = made.exchange;
  if (request === null) throw new Error("no request");
  const at = { ...request.first, packet: packet as typeof request.first.packet };
  const fields = request.fields.map((field) => (/key/i.test(field.name) ? { ...field, value: key } : field));
  return { ...made, exchange: { ...made.exchange, request: { ...request, target, fields, first: at, last: at } } };
}

test("thousands of connections with one key, and thousands behind one proxy, are joined without comparing each with each", () => {
  const alike = Array.from({ length: COUNT }, (_, i) =>
    counted(connectionFacts({ upgrade: asked(i + 1, "dGhlIHNhbXBsZSBub25jZQ==", "/chat") }), i),
  );
  looks = 0;
  expect(findJoins([], alike, []).joins).toEqual([]);
  expect(looks).toBeLessThan(COUNT * 1000);
  const [one] = alike;
  if (one === undefined) throw new Error("none");
  const pairs = Array.from({ length: COUNT }, (_, i) => [
    counted(connectionFacts({ upgrade: asked(2 * i + 1, `front-${i}`, `/gate/${i % 7}`) }), 2 * i),
    counted(
      connectionFacts({
        client: { address: one.server.address, port: 30_000 + i },
        server: { address: "10.9.9.9", port: 9000 },
        upgrade: asked(2 * i + 2, `back-${i}`, `/${i % 7}`),
      }),
      2 * i + 1,
    ),
  ]).flat();
  looks = 0;
  const { joins } = findJoins([], pairs, []);
  expect(looks).toBeLessThan(COUNT * 1000);
  expect(joins.map(({ connections }) => connections)).toEqual(
    Array.from({ length: COUNT }, (_, i) => [2 * i, 2 * i + 1]),
  );
});

test("the uses of one key are listed without being copied for each", () => {
  const alike = Array.from({ length: COUNT }, (_, i) =>
    counted(connectionFacts({ upgrade: asked(i + 1, "k", "/") }), i),
  );
  const { keyUses } = contextOf(analysisOf(alike), []);
  expect(keyUses.get("k")).toHaveLength(COUNT);
});
