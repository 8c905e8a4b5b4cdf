/** The notable moments of a TCP connection. */
export type TcpEventKind =
  | "syn"
  | "syn-ack"
  | "fin"
  | "rst"
  | "retransmission"
  | "late"
  | "keep-alive"
  | "zero-window"
  | "window-open"
  | "window-probe"
  | "gap"
  | "conflict"
  | "damaged"
  | "data-after-fin"
  | "urgent"
  | "challenge-ack";
