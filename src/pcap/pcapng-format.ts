// Numbers of draft-ietf-opsawg-pcapng that both reading and writing need.

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
/** Obsolete (appendix A). */
export const PACKET = 2;
export const SIMPLE_PACKET = 3;
export const NAME_RESOLUTION = 4;
export const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;
export const DECRYPTION_SECRETS = 10;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Bytes from a block's start to its options or data: type and total length included (§4.1, §4.2, §4.3, §4.4, §4.6). */
export const SHB_FIXED_BYTES = 24;
export const IDB_FIXED_BYTES = 16;
export const EPB_FIXED_BYTES = 28;
export const SPB_FIXED_BYTES = 12;
export const ISB_FIXED_BYTES = 20;

export const OPT_END = 0;
export const OPT_COMMENT = 1;
export const IF_NAME = 2;
export const IF_DESCRIPTION = 3;
export const IF_TSRESOL = 9;
export const IF_FILTER = 11;
export const IF_OS = 12;
export const IF_TSOFFSET = 14;
export const ISB_IFRECV = 4;
export const ISB_IFDROP = 5;
export const ISB_OSDROP = 7;
export const ISB_USRDELIV = 8;
/** First byte of if_filter: the rest is a filter string, not BPF code. */
export const FILTER_IS_TEXT = 0;
