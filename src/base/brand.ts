declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** 1-based, over all captures of one analysis in time order; equals Wireshark's `frame.number` for a single file. */
export type PacketNumber = Brand<number, "PacketNumber">;
/** 0-based, in order of the first packet of each TCP connection. */
export type ConnectionId = Brand<number, "ConnectionId">;
/** Nanoseconds since the capture's origin (its first packet). Exact for 104 days; may be negative for unordered captures. */
export type RelativeNs = Brand<number, "RelativeNs">;
/** 0: from the client to the server, 1: from the server to the client. */
export type Direction = 0 | 1;

export type Side = "client" | "server";

export const CLIENT: Direction = 0;
export const SERVER: Direction = 1;

export const packetNumber = (value: number): PacketNumber => value as PacketNumber;
export const connectionId = (value: number): ConnectionId => value as ConnectionId;
export const relativeNs = (value: number): RelativeNs => value as RelativeNs;

/**
 * Zero for a field that will hold times, or what they are reckoned from. It is a minus zero, which V8 stores as the double that it will be: a field that
 * turned from integer to double 2.1 s into a capture (2^31 ns) made it throw away all code that had seen the object.
 */
export const ZERO_TIME = -0 as RelativeNs;

/** The same for offsets and sums of bytes that come as doubles later. */
export const ZERO_DOUBLE = -0;

/** The side that sends in a direction. */
export const sideOf = (direction: Direction): Side => (direction === 0 ? "client" : "server");
export const otherDirection = (direction: Direction): Direction => (direction === 0 ? 1 : 0);

/** A value for each direction, indexed by `Direction`: [what the client sent, what the server sent]. */
export type PerDirection<T> = readonly [T, T];
