import fc from "fast-check";
import { expect, test } from "vitest";
import { relativeNs } from "../../src/base/brand.ts";
import { formatTime, offsetText, secondsBetween, TimeFormatter } from "../../src/base/time.ts";

test("times are RFC 3339 in UTC with nine digits, exact to the nanosecond", () => {
  // date -u -d @1700000000 → 2023-11-14 22:13:20
  expect(formatTime(1_700_000_000_123_456_789n, relativeNs(0))).toBe("2023-11-14T22:13:20.123456789Z");
  expect(formatTime(1_700_000_000_123_456_789n, relativeNs(876_543_211))).toBe("2023-11-14T22:13:21.000000000Z");
  expect(formatTime(-1n, relativeNs(0))).toBe("1969-12-31T23:59:59.999999999Z");
});

test("times of broken captures stay within what RFC 3339 can say", () => {
  expect(formatTime(4_734_231_571_822_539_464_000n, relativeNs(0))).toBe("9999-12-31T23:59:59.539464000Z");
  expect(formatTime(-(10n ** 23n), relativeNs(0))).toBe("0000-01-01T00:00:00.000000000Z");
});

test("the formatter for many times agrees with the one for one", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }),
      fc.array(fc.integer({ min: -(10 ** 15), max: 10 ** 15 })),
      (origin, offsets) => {
        const formatter = new TimeFormatter(origin);
        for (const offset of offsets) expect(formatter.format(offset)).toBe(formatTime(origin, relativeNs(offset)));
      },
    ),
  );
});

test("seconds between two times", () => {
  expect(secondsBetween("2023-11-14T22:13:20.123456789Z", "2023-11-14T22:14:20.623456789Z")).toBeCloseTo(60.5, 6);
  expect(secondsBetween("2023-11-14T22:13:20.500000000Z", "2023-11-14T22:13:20.250000000Z")).toBeCloseTo(-0.25, 6);
});

test("a time before the origin has a sign of its own", () => {
  expect(offsetText(31.2044e9)).toBe("+31.204");
  expect(offsetText(-8.392e9)).toBe("-8.392");
  expect(offsetText(0, 6)).toBe("+0.000000");
});
