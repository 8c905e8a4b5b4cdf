import { capturedNs, capturedTime, type LivedMoment } from "../base/captured-time.ts";
import type { FrameLog, LoggedFrame } from "../store/frame-log.ts";
import type { HttpExchangeFacts, HttpFieldFacts } from "../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../store/types.ts";
import type { Redactor } from "./redact.ts";

interface Field {
  readonly name: string;
  readonly value: string;
}

/**
 * HTTP Archive 1.2 with `_webSocketMessages`, as browsers' tools write it and read it: one entry an HTTP exchange, the
 * messages of a WebSocket with the exchange that opened it.
 */
export function harOf(analysis: Analysis, log: FrameLog, redactor: Redactor, version: string): object {
  const writer = new HarWriter(analysis, log, redactor);
  return {
    log: {
      version: "1.2",
      creator: { name: "wscap", version },
      pages: [],
      entries: analysis.connections.flatMap((connection) =>
        connection.exchanges.flatMap((exchange) => writer.entry(connection, exchange)),
      ),
    },
  };
}

class HarWriter {
  private readonly originNs: bigint;
  private readonly captures: Analysis["captures"];
  private readonly log: FrameLog;
  private readonly redactor: Redactor;

  constructor({ originNs, captures }: Analysis, log: FrameLog, redactor: Redactor) {
    this.originNs = originNs ?? 0n;
    this.captures = captures;
    this.log = log;
    this.redactor = redactor;
  }

  entry(connection: ConnectionFacts, exchange: HttpExchangeFacts): object[] {
    const { request, response } = exchange;
    if (request === null) return [];
    const isUpgrade =
      connection.webSocket !== null && request.first.packet === connection.upgrade?.exchange.request?.first.packet;
    const waitMs = response === null ? 0 : Math.max(0, (response.first.timestampNs - request.last.timestampNs) / 1e6);
    const receiveMs = response === null ? 0 : (response.last.timestampNs - response.first.timestampNs) / 1e6;
    return [
      {
        startedDateTime: this.time(request.first).replace(/(\.\d{3})\d+Z$/, "$1Z"),
        time: waitMs + receiveMs,
        request: this.request(connection, exchange, isUpgrade),
        response: this.response(exchange),
        cache: {},
        timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: waitMs, receive: receiveMs },
        serverIPAddress: this.redactor.address(connection.server.address),
        connection: String(connection.id),
        ...(isUpgrade ? { _resourceType: "websocket", _webSocketMessages: this.messages(connection) } : {}),
      },
    ];
  }

  private time(at: LivedMoment): string {
    return capturedTime(this.originNs, this.captures, at);
  }

  private request({ server }: ConnectionFacts, { request, requestBodyBytes }: HttpExchangeFacts, isUpgrade: boolean) {
    const headers = this.fields(request?.fields ?? []);
    const host = headers.find(({ name }) => name.toLowerCase() === "host")?.value ?? this.host(server);
    const target = this.redactor.text(request?.target ?? "/");
    const url = /^\w+:\/\//.test(target) ? target : `${isUpgrade ? "ws" : "http"}://${host}${target}`;
    const query = target.includes("?") ? target.slice(target.indexOf("?") + 1) : "";
    return {
      method: request?.method ?? "",
      url,
      httpVersion: `HTTP/${request?.version ?? "1.1"}`,
      cookies: [],
      headers,
      queryString: query.split("&").flatMap((pair): Field[] => {
        if (pair === "") return [];
        const [name = "", ...value] = pair.split("=");
        return [{ name: decoded(name), value: decoded(value.join("=")) }];
      }),
      headersSize: -1,
      bodySize: requestBodyBytes,
    };
  }

  private response({ response, responseBodyBytes, responseBodyPreview }: HttpExchangeFacts) {
    const headers = this.fields(response?.fields ?? []);
    const fieldOf = (wanted: string): string => headers.find(({ name }) => name.toLowerCase() === wanted)?.value ?? "";
    const mimeType = fieldOf("content-type");
    const isText = /text|json|xml|javascript/i.test(mimeType) && fieldOf("content-encoding") === "";
    return {
      status: response?.status ?? 0,
      statusText: this.redactor.text(response?.reason ?? ""),
      httpVersion: `HTTP/${response?.version ?? "1.1"}`,
      cookies: [],
      headers,
      content: {
        size: responseBodyBytes,
        mimeType,
        ...(isText && responseBodyBytes > 0 ? { text: this.redactor.text(responseBodyPreview) } : {}),
      },
      redirectURL: fieldOf("location"),
      headersSize: -1,
      bodySize: responseBodyBytes,
    };
  }

  private host({ address, port }: ConnectionFacts["server"]): string {
    const shown = this.redactor.address(address);
    return shown.includes(":") ? `[${shown}]:${port}` : `${shown}:${port}`;
  }

  private fields(fields: readonly HttpFieldFacts[]): Field[] {
    return fields.map(({ name, value }) => ({ name, value: this.redactor.field(name, value) }));
  }

  /** Text and binary messages; `time` is seconds since 1970, `data` of a binary one base64. */
  private messages({ id }: ConnectionFacts): object[] {
    const messages: object[] = [];
    let opcode = 0;
    for (const frame of this.log.of(id)) {
      if (frame.opcode === 1 || frame.opcode === 2) opcode = frame.opcode;
      if (frame.opcode > 2 || !frame.fin) continue;
      messages.push({
        type: frame.direction === 0 ? "send" : "receive",
        time: Number(this.originNs / 1000n + BigInt(Math.round(capturedNs(this.captures, frame) / 1000))) / 1e6,
        opcode,
        data: this.data(frame),
      });
    }
    return messages;
  }

  private data({ text, base64 }: LoggedFrame): string {
    return text === null ? (base64 ?? "") : this.redactor.text(text);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
