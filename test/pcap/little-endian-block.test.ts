import { expect, test } from "vitest";
import { littleEndianBlock } from "../../src/pcap/little-endian-block.ts";
import { DECRYPTION_SECRETS, NAME_RESOLUTION } from "../../src/pcap/pcapng-format.ts";

const number = (little: boolean, bytes: number, value: number): number[] => {
  const big = Array.from({ length: bytes }, (_, at) => (value >>> (8 * (bytes - 1 - at))) & 0xff);
  return little ? big.reverse() : big;
};
const item = (little: boolean, code: number, value: readonly number[]): number[] => [
  ...number(little, 2, code),
  ...number(little, 2, value.length),
  ...value,
  ...new Array((4 - (value.length % 4)) % 4).fill(0),
];
const block = (little: boolean, type: number, body: readonly number[]): Uint8Array => {
  const total = number(little, 4, body.length + 12);
  return Uint8Array.from([...number(little, 4, type), ...total, ...body, ...total]);
};

const names = (little: boolean): Uint8Array =>
  block(little, NAME_RESOLUTION, [
    ...item(little, 1, [10, 0, 0, 9, 119, 115, 0]),
    ...item(little, 0, []),
    ...item(little, 2, [110, 115]),
    ...item(little, 0, []),
  ]);
const secrets = (little: boolean): Uint8Array =>
  block(little, DECRYPTION_SECRETS, [
    ...number(little, 4, 0x544c534b),
    ...number(little, 4, 5),
    ...[65, 66, 67, 68, 69, 0, 0, 0],
    ...item(little, 1, [104, 105]),
    ...item(little, 0, []),
  ]);

test.each([
  ["names", names],
  ["secrets", secrets],
] as const)("%s of a big-endian section", (_name, made) => {
  const big = made(false);
  expect(littleEndianBlock(big, 0, big.length, false)).toEqual(made(true));
  const little = made(true);
  expect(littleEndianBlock(little, 0, little.length, true)).toEqual(little);
});

test("what is inside may be cut short, and of other blocks the numbers are not known", () => {
  const cut = block(false, NAME_RESOLUTION, [0, 1, 0xff, 0xff, 10, 0, 0, 9]);
  expect(littleEndianBlock(cut, 0, cut.length, false)).toHaveLength(cut.length);
  const tiny = block(false, DECRYPTION_SECRETS, [0, 0, 0, 1]);
  expect(littleEndianBlock(tiny, 0, tiny.length, false)).toHaveLength(tiny.length);
  const custom = block(false, 0xbad, [0, 0, 0, 1]);
  expect(littleEndianBlock(custom, 0, custom.length, false)).toBeNull();
});
