import type { ArpView, DatagramView, IcmpErrorView, SegmentView } from "./types.ts";

/** The reused views before anything is in them; each has all its fields from the start, so its shape never changes. */

const NO_BYTES = new Uint8Array(0);

export const emptySegment = (): SegmentView => ({
  bytes: NO_BYTES,
  ipVersion: 4,
  sourceAddressStart: 0,
  destinationAddressStart: 0,
  sourcePort: 0,
  destinationPort: 0,
  sequenceNumber: 0,
  acknowledgmentNumber: 0,
  flags: 0,
  window: 0,
  urgentPointer: 0,
  hopLimit: 0,
  ipIdentification: 0,
  dontFragment: false,
  optionsStart: 0,
  optionsLength: 0,
  payloadStart: 0,
  payloadLength: 0,
  payloadCutLength: 0,
});

export const emptyDatagram = (): DatagramView => ({
  bytes: NO_BYTES,
  ipVersion: 4,
  sourceAddressStart: 0,
  destinationAddressStart: 0,
  sourcePort: 0,
  destinationPort: 0,
  payloadStart: 0,
  payloadLength: 0,
});

export const emptyIcmpError = (): IcmpErrorView => ({
  bytes: NO_BYTES,
  ipVersion: 4,
  senderAddressStart: 0,
  type: 0,
  code: 0,
  mtuBytes: 0,
  quotedSourceAddressStart: 0,
  quotedDestinationAddressStart: 0,
  quotedSourcePort: 0,
  quotedDestinationPort: 0,
  quotedSequenceNumber: 0,
});

export const emptyArp = (): ArpView => ({
  bytes: NO_BYTES,
  operation: 0,
  senderAddressStart: 0,
  targetAddressStart: 0,
});
