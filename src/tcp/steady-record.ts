/**
 * What a packet of a steady connection reads and writes, as numbers that lie side by side: with hundreds of connections in
 * turn, each line of memory that a packet touches costs more than the arithmetic. A record is a part for the connection and
 * one for each end; doubles and 32-bit words are two views of the same memory. Offsets count from the beginning of a part,
 * in doubles (…_NS, STREAM_BYTES) or in words (all others). Each is a constant of its own, which the bundler puts in place.
 */
export const CONNECTION_DOUBLES = 8;
export const HALF_DOUBLES = 16;
export const RECORD_DOUBLES = CONNECTION_DOUBLES + 2 * HALF_DOUBLES;

// Of the connection.
export const NEWEST_NS = 0;
export const LAST_ACTIVITY_NS = 1;
/** The bin of its activity that is being counted, and how many packets it has since that began. */
export const BIN_START_NS = 2;
export const BIN_END_NS = 3;
export const NEWEST_NUMBER = 8;
export const BIN_PACKETS = 9;

// Of one end, as in `TcpHalf`.
export const LAST_PACKET_NS = 0;
export const LAST_DATA_NS = 1;
export const TIMED_NS = 2;
export const OLDEST_UNACKED_NS = 3;
export const LEAST_ROUND_TRIP_NS = 4;
export const LAST_ADVANCE_NS = 5;
/** Delivered since the record began. */
export const STREAM_BYTES = 6;
export const STEADY = 14;
export const NEXT_SEQUENCE = 15;
export const MAX_SEQUENCE = 16;
export const ACKNOWLEDGED = 17;
export const HOP_LIMIT = 18;
export const LAST_WINDOW = 19;
export const CHECKSUMS_RIGHT = 20;
export const PACKETS = 21;
export const LAST_PACKET_NUMBER = 22;
export const DATA_SEGMENTS = 23;
export const LARGEST_SEGMENT_BYTES = 24;
export const LAST_DATA_NUMBER = 25;
export const TIMED_SEQUENCE = 26;
export const OLDEST_UNACKED_NUMBER = 27;
export const LAST_ADVANCE_NUMBER = 28;
export const LAST_IP_IDENTIFICATION = 29;
export const DONT_FRAGMENT = 30;
export const UNACKED_RETRANSMISSIONS = 31;
