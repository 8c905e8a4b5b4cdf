import { u64 } from "./endian.ts";
import { ISB_IFDROP, ISB_IFRECV, ISB_OSDROP, ISB_USRDELIV } from "./pcapng-format.ts";
import type { OptionCursor } from "./pcapng-options.ts";
import type { CaptureStatistics } from "./types.ts";

/** Interface Statistics Block (draft-ietf-opsawg-pcapng §4.6): interface id, time stamp, options. */
export function readStatistics(
  bytes: Uint8Array,
  little: boolean,
  options: OptionCursor,
): Pick<CaptureStatistics, "received" | "droppedByInterface" | "droppedByKernel"> & { delivered: number | null } {
  let received: number | null = null;
  let droppedByInterface: number | null = null;
  let droppedByKernel: number | null = null;
  let delivered: number | null = null;
  while (options.next()) {
    const { code, valueStart, valueLength } = options;
    if (valueLength < 8) continue;
    if (code === ISB_IFRECV) received = Number(u64(bytes, valueStart, little));
    else if (code === ISB_IFDROP) droppedByInterface = Number(u64(bytes, valueStart, little));
    else if (code === ISB_OSDROP) droppedByKernel = Number(u64(bytes, valueStart, little));
    else if (code === ISB_USRDELIV) delivered = Number(u64(bytes, valueStart, little));
  }
  return { received, droppedByInterface, droppedByKernel, delivered };
}
