/** Why a running capture ended before anybody asked it to: its interface went away, or what captured did. */
const CAPTURE_FAULTS = ["interface-gone", "capture-stopped"] as const;
export type CaptureFault = (typeof CAPTURE_FAULTS)[number];

export const isCaptureFault = (code: string): code is CaptureFault => CAPTURE_FAULTS.some((fault) => fault === code);
