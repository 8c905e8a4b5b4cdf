import type { Mark } from "../base/packet-view.ts";

// What HTTP/1.x shows of one connection. Texts are untrusted.

export interface HttpFieldFacts {
  readonly name: string;
  readonly value: string;
}

export interface HttpMessageFacts {
  readonly first: Mark;
  readonly last: Mark;
  readonly version: string;
  readonly fields: readonly HttpFieldFacts[];
  /** False: the head is not wholly in the capture, so fields may be missing here. */
  readonly complete: boolean;
}

export interface HttpExchangeFacts {
  readonly request: null | (HttpMessageFacts & { readonly method: string; readonly target: string });
  readonly response: null | (HttpMessageFacts & { readonly status: number; readonly reason: string });
  readonly interimStatuses: readonly number[];
  readonly requestBodyBytes: number;
  readonly responseBodyBytes: number;
  /** First bytes, as UTF-8 with replacement characters; a content coding undone; "" where that cannot be done. Untrusted. */
  readonly requestBodyPreview: string;
  readonly responseBodyPreview: string;
}

/** The WebSocket opening handshake, or what was meant as one. */
export interface UpgradeFacts {
  readonly exchange: HttpExchangeFacts;
  /** Where the request, or the response, departs from RFC 6455 §4; stable words of http/upgrade.ts. */
  readonly requestDeviations: readonly string[];
  readonly responseDeviations: readonly string[];
  readonly acceptValid: boolean | null;
  readonly expectedAccept: string | null;
  /** Upgrade to another protocol: its name. */
  readonly otherProtocol: string | null;
  readonly durationMs: number | null;
}

/** First bytes of a direction that is not HTTP/1.x. */
export interface NotHttpFacts extends Mark {
  readonly firstBytes: Uint8Array;
}
