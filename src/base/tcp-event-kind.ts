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
  /** Data of the side itself where its FIN should stand: it never sent that. */
  | "data-for-fin"
  /** Without the timestamp that its sender's packets bear (RFC 7323 §3.2: each but an RST must): not its own. */
  | "fin-unstamped"
  | "urgent"
  | "challenge-ack";
