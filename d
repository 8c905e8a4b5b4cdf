{
  "schema": "wscap-report/1",
  "tool": {
    "name": "wscap",
    "version": "0.1.0"
  },
  "language": "zh-CN",
  "redaction": {
    "applied": true,
    "hidden": 0
  },
  "captures": [
    {
      "name": "/tmp/t.pcapng",
      "format": "pcapng",
      "compression": "none",
      "linkTypes": [
        "ETHERNET"
      ],
      "packets": 377,
      "bytes": 66936,
      "firstPacketTime": "2026-11-20T15:52:54.883284000Z",
      "lastPacketTime": "2026-11-20T15:53:55.920943000Z",
      "truncatedPackets": 0,
      "malformed": 0,
      "dropped": null,
      "endedEarly": null,
      "endedEarlyOffset": null
    }
  ],
  "totals": {
    "packets": 377,
    "connections": 4,
    "webSockets": 4,
    "upgradesRefused": 0,
    "frames": 168,
    "messages": 145,
    "findings": {
      "error": 3,
      "warning": 0,
      "note": 2
    },
    "notDecoded": {
      "arp": 8
    }
  },
  "connections": [
    {
      "id": 0,
      "client": {
        "address": "192.168.50.20",
        "port": 45768
      },
      "server": {
        "address": "192.168.50.10",
        "port": 8080
      },
      "firstPacket": 3,
      "lastPacket": 377,
      "startTime": "2026-11-20T15:52:54.883310000Z",
      "endTime": "2026-11-20T15:53:55.920943000Z",
      "kind": "websocket",
      "midstream": false,
      "tcp": {
        "opening": "complete",
        "ending": "fin",
        "firstCloser": "server",
        "resets": [],
        "retransmissions": {
          "client": 0,
          "server": 0
        },
        "outOfOrder": {
          "client": 0,
          "server": 0
        },
        "missingBytes": {
          "client": 0,
          "server": 0
        },
        "zeroWindows": {
          "client": 0,
          "server": 0
        },
        "roundTripMs": 0.027
      },
      "upgrade": {
        "requestPacket": 6,
        "responsePacket": 8,
        "method": "GET",
        "target": "/",
        "httpVersion": "1.1",
        "host": "192.168.50.10:8080",
        "origin": "http://192.168.50.10:5173",
        "userAgent": null,
        "key": "nmkWeRb0bE1l4T7W1gthIw==",
        "version": "13",
        "protocolsOffered": [],
        "extensionsOffered": "permessage-deflate; client_max_window_bits",
        "status": 101,
        "reason": "Switching Protocols",
        "acceptValid": true,
        "protocol": null,
        "extensions": null,
        "responseContentType": null,
        "durationMs": 9.424
      },
      "frames": {
        "client": {
          "text": 1,
          "binary": 0,
          "continuation": 0,
          "close": 1,
          "ping": 0,
          "pong": 6,
          "reserved": 0,
          "payloadBytes": 69
        },
        "server": {
          "text": 61,
          "binary": 0,
          "continuation": 0,
          "close": 1,
          "ping": 6,
          "pong": 0,
          "reserved": 0,
          "payloadBytes": 11737
        }
      },
      "messages": {
        "client": {
          "text": 1,
          "binary": 0,
          "bytes": 51
        },
        "server": {
          "text": 61,
          "binary": 0,
          "bytes": 11719
        }
      },
      "heartbeat": {
        "client": {
          "pings": 0,
          "answered": 0,
          "missing": 0,
          "late": 0,
          "intervalMs": null,
          "roundTripMs": null
        },
        "server": {
          "pings": 6,
          "answered": 6,
          "missing": 0,
          "late": 0,
          "intervalMs": 10000.272,
          "roundTripMs": {
            "min": 0.347,
            "median": 0.631,
            "p95": 6.008,
            "max": 6.008
          }
        }
      },
      "close": {
        "verdict": "clean",
        "frames": {
          "client": {
            "code": 1000,
            "reason": "dashboard closed",
            "packet": 371
          },
          "server": {
            "code": 1000,
            "reason": "dashboard closed",
            "packet": 373
          }
        },
        "clientSees": {
          "code": 1000,
          "reason": "dashboard closed",
          "clean": true
        },
        "serverSees": {
          "code": 1000,
          "reason": "dashboard closed",
          "clean": true
        }
      },
      "findings": []
    },
    {
      "id": 1,
      "client": {
        "address": "192.168.50.23",
        "port": 43993
      },
      "server": {
        "address": "192.168.50.10",
        "port": 8080
      },
      "firstPacket": 12,
      "lastPacket": 342,
      "startTime": "2026-11-20T15:52:54.939153000Z",
      "endTime": "2026-11-20T15:53:43.093043000Z",
      "kind": "websocket",
      "midstream": false,
      "tcp": {
        "opening": "complete",
        "ending": "fin",
        "firstCloser": "server",
        "resets": [],
        "retransmissions": {
          "client": 0,
          "server": 0
        },
        "outOfOrder": {
          "client": 0,
          "server": 0
        },
        "missingBytes": {
          "client": 0,
          "server": 0
        },
        "zeroWindows": {
          "client": 0,
          "server": 0
        },
        "roundTripMs": 0.051
      },
      "upgrade": {
        "requestPacket": 17,
        "responsePacket": 19,
        "method": "GET",
        "target": "/",
        "httpVersion": "1.1",
        "host": "192.168.50.10:8080",
        "origin": "http://192.168.50.10:5173",
        "userAgent": null,
        "key": "HqHPqZHz1lFis1uqnP9wRw==",
        "version": "13",
        "protocolsOffered": [],
        "extensionsOffered": "permessage-deflate; client_max_window_bits",
        "status": 101,
        "reason": "Switching Protocols",
        "acceptValid": true,
        "protocol": null,
        "extensions": null,
        "responseContentType": null,
        "durationMs": 1.022
      },
      "frames": {
        "client": {
          "text": 1,
          "binary": 0,
          "continuation": 0,
          "close": 0,
          "ping": 0,
          "pong": 1,
          "reserved": 0,
          "payloadBytes": 51
        },
        "server": {
          "text": 49,
          "binary": 0,
          "continuation": 0,
          "close": 0,
          "ping": 4,
          "pong": 0,
          "reserved": 0,
          "payloadBytes": 9399
        }
      },
      "messages": {
        "client": {
          "text": 1,
          "binary": 0,
          "bytes": 51
        },
        "server": {
          "text": 49,
          "binary": 0,
          "bytes": 9399
        }
      },
      "heartbeat": {
        "client": {
          "pings": 0,
          "answered": 0,
          "missing": 0,
          "late": 0,
          "intervalMs": null,
          "roundTripMs": null
        },
        "server": {
          "pings": 4,
          "answered": 1,
          "missing": 3,
          "late": 0,
          "intervalMs": 9999.958,
          "roundTripMs": {
            "min": 0.512,
            "median": 0.512,
            "p95": 0.512,
            "max": 0.512
          }
        }
      },
      "close": {
        "verdict": "abnormal",
        "frames": {
          "client": null,
          "server": null
        },
        "clientSees": {
          "code": 1006,
          "reason": "",
          "clean": false
        },
        "serverSees": {
          "code": 1006,
          "reason": "",
          "clean": false
        }
      },
      "findings": [
        "ws.pong.missing",
        "ws.close.no-close-frame"
      ]
    },
    {
      "id": 2,
      "client": {
        "address": "192.168.50.22",
        "port": 33777
      },
      "server": {
        "address": "192.168.50.10",
        "port": 8080
      },
      "firstPacket": 23,
      "lastPacket": 194,
      "startTime": "2026-11-20T15:52:54.956517000Z",
      "endTime": "2026-11-20T15:53:12.565228000Z",
      "kind": "websocket",
      "midstream": false,
      "tcp": {
        "opening": "complete",
        "ending": "fin",
        "firstCloser": "server",
        "resets": [],
        "retransmissions": {
          "client": 0,
          "server": 0
        },
        "outOfOrder": {
          "client": 0,
          "server": 0
        },
        "missingBytes": {
          "client": 0,
          "server": 0
        },
        "zeroWindows": {
          "client": 0,
          "server": 0
        },
        "roundTripMs": 0.044
      },
      "upgrade": {
        "requestPacket": 28,
        "responsePacket": 30,
        "method": "GET",
        "target": "/",
        "httpVersion": "1.1",
        "host": "192.168.50.10:8080",
        "origin": "http://192.168.50.10:5173",
        "userAgent": null,
        "key": "2Ic9F8AgYtb6a30jtm0hUA==",
        "version": "13",
        "protocolsOffered": [],
        "extensionsOffered": "permessage-deflate; client_max_window_bits",
        "status": 101,
        "reason": "Switching Protocols",
        "acceptValid": true,
        "protocol": null,
        "extensions": null,
        "responseContentType": null,
        "durationMs": 0.331
      },
      "frames": {
        "client": {
          "text": 1,
          "binary": 0,
          "continuation": 0,
          "close": 0,
          "ping": 0,
          "pong": 1,
          "reserved": 0,
          "payloadBytes": 51
        },
        "server": {
          "text": 18,
          "binary": 0,
          "continuation": 0,
          "close": 0,
          "ping": 1,
          "pong": 0,
          "reserved": 0,
          "payloadBytes": 3357
        }
      },
      "messages": {
        "client": {
          "text": 1,
          "binary": 0,
          "bytes": 51
        },
        "server": {
          "text": 18,
          "binary": 0,
          "bytes": 3357
        }
      },
      "heartbeat": {
        "client": {
          "pings": 0,
          "answered": 0,
          "missing": 0,
          "late": 0,
          "intervalMs": null,
          "roundTripMs": null
        },
        "server": {
          "pings": 1,
          "answered": 1,
          "missing": 0,
          "late": 0,
          "intervalMs": null,
          "roundTripMs": {
            "min": 0.689,
            "median": 0.689,
            "p95": 0.689,
            "max": 0.689
          }
        }
      },
      "close": {
        "verdict": "abnormal",
        "frames": {
          "client": null,
          "server": null
        },
        "clientSees": {
          "code": 1006,
          "reason": "",
          "clean": false
        },
        "serverSees": {
          "code": 1006,
          "reason": "",
          "clean": false
        }
      },
      "findings": [
        "ws.close.no-close-frame"
      ]
    },
    {
      "id": 3,
      "client": {
        "address": "192.168.50.21",
        "port": 32877
      },
      "server": {
        "address": "192.168.50.10",
        "port": 8080
      },
      "firstPacket": 36,
      "lastPacket": 161,
      "startTime": "2026-11-20T15:52:55.003285000Z",
      "endTime": "2026-11-20T15:53:07.306245000Z",
      "kind": "websocket",
      "midstream": false,
      "tcp": {
        "opening": "complete",
        "ending": "rst",
        "firstCloser": "server",
        "resets": [
          {
            "packet": 161,
            "time": "2026-11-20T15:53:07.306245000Z",
            "from": "server",
            "afterFin": false,
            "likelyInjected": false
          }
        ],
        "retransmissions": {
          "client": 0,
          "server": 0
        },
        "outOfOrder": {
          "client": 0,
          "server": 0
        },
        "missingBytes": {
          "client": 0,
          "server": 0
        },
        "zeroWindows": {
          "client": 0,
          "server": 0
        },
        "roundTripMs": 0.053
      },
      "upgrade": {
        "requestPacket": 41,
        "responsePacket": 43,
        "method": "GET",
        "target": "/",
        "httpVersion": "1.1",
        "host": "192.168.50.10:8080",
        "origin": "http://192.168.50.10:5173",
        "userAgent": null,
        "key": "Z47qYukxZF02SleukzIvqQ==",
        "version": "13",
        "protocolsOffered": [],
        "extensionsOffered": "permessage-deflate; client_max_window_bits",
        "status": 101,
        "reason": "Switching Protocols",
        "acceptValid": true,
        "protocol": null,
        "extensions": null,
        "responseContentType": null,
        "durationMs": 0.438
      },
      "frames": {
        "client": {
          "text": 1,
          "binary": 0,
          "continuation": 0,
          "close": 0,
          "ping": 0,
          "pong": 1,
          "reserved": 0,
          "payloadBytes": 51
        },
        "server": {
          "text": 13,
          "binary": 0,
          "continuation": 0,
          "close": 0,
          "ping": 1,
          "pong": 0,
          "reserved": 0,
          "payloadBytes": 2387
        }
      },
      "messages": {
        "client": {
          "text": 1,
          "binary": 0,
          "bytes": 51
        },
        "server": {
          "text": 13,
          "binary": 0,
          "bytes": 2387
        }
      },
      "heartbeat": {
        "client": {
          "pings": 0,
          "answered": 0,
          "missing": 0,
          "late": 0,
          "intervalMs": null,
          "roundTripMs": null
        },
        "server": {
          "pings": 1,
          "answered": 1,
          "missing": 0,
          "late": 0,
          "intervalMs": null,
          "roundTripMs": {
            "min": 1.951,
            "median": 1.951,
            "p95": 1.951,
            "max": 1.951
          }
        }
      },
      "close": {
        "verdict": "abnormal",
        "frames": {
          "client": null,
          "server": null
        },
        "clientSees": {
          "code": 1006,
          "reason": "",
          "clean": false
        },
        "serverSees": {
          "code": 1006,
          "reason": "",
          "clean": false
        }
      },
      "findings": [
        "tcp.rst",
        "ws.close.no-close-frame"
      ]
    }
  ],
  "findings": [
    {
      "rule": "tcp.rst",
      "severity": "error",
      "connection": 3,
      "alsoConnections": [],
      "followsFrom": null,
      "time": "2026-11-20T15:53:07.306245000Z",
      "confidence": "certain",
      "title": "服务器在连接建立 12.3 秒后用 RST 掐断了 WebSocket，没有 Close 帧，此前静默 292 毫秒",
      "detail": "途中的数据全部丢失，两端都报 1006。RST 要么是有意发出，要么来自一个不认识（或已忘记）这条连接的系统。",
      "evidence": [
        {
          "packet": 161,
          "time": "2026-11-20T15:53:07.306245000Z",
          "what": "服务器的 RST"
        }
      ],
      "causes": [
        {
          "cause": "服务器关闭套接字时还有没读完的数据：系统会发 RST 而不是 FIN。",
          "fix": "典型场景是进程不再读取就退出或销毁套接字。先读完，或先关闭 WebSocket。",
          "confidence": "likely"
        },
        {
          "cause": "服务器的代码有意重置连接（resetAndDestroy()、SO_LINGER 0）。",
          "fix": "找到这处代码，改用 close(code, reason)。",
          "confidence": "likely"
        },
        {
          "cause": "服务器的进程崩溃。",
          "fix": "查看这一时刻的日志和 dmesg。",
          "confidence": "possible"
        },
        {
          "cause": "途中的防火墙或代理重置了连接。",
          "fix": "两端同时抓包：一端收到而另一端从未发出的 RST，就是中间设备发的。",
          "confidence": "possible"
        }
      ],
      "wiresharkFilter": "ip.addr==192.168.50.21 && ip.addr==192.168.50.10 && tcp.port==32877 && tcp.port==8080"
    },
    {
      "rule": "ws.close.no-close-frame",
      "severity": "error",
      "connection": 2,
      "alsoConnections": [],
      "followsFrom": null,
      "time": "2026-11-20T15:53:12.564225000Z",
      "confidence": "certain",
      "title": "1006：服务器没发 Close 帧，直接用 FIN 断开，距最后一个 pong 9.5 秒",
      "detail": "断开前 590 毫秒还有数据。客户端 onclose 得到 1006，服务器得到 1006，连接共存活 17.6 秒；最后一个 ping 在断开前 9.5 秒，最后一个 pong 在断开前 9.5 秒。",
      "evidence": [
        {
          "packet": 190,
          "time": "2026-11-20T15:53:11.974062000Z",
          "what": "最后一帧，来自服务器"
        },
        {
          "packet": 118,
          "time": "2026-11-20T15:53:03.051915000Z",
          "what": "最后一个 ping，来自服务器"
        },
        {
          "packet": 122,
          "time": "2026-11-20T15:53:03.052604000Z",
          "what": "最后一个 pong，来自客户端"
        },
        {
          "packet": 192,
          "time": "2026-11-20T15:53:12.564225000Z",
          "what": "服务器的 FIN"
        }
      ],
      "causes": [
        {
          "cause": "服务端代码没有关闭 WebSocket 就丢掉了连接（ws.terminate()、socket.destroy()，或代理的定时器）。",
          "fix": "在服务端代码里搜索 terminate() 和 destroy()；改用 close(code, reason) 让客户端知道原因。再看这一时刻的日志。",
          "confidence": "likely"
        },
        {
          "cause": "服务进程被杀、崩溃或重新部署：系统会替它发 FIN。",
          "fix": "查看这一时刻的 journalctl、pm2 logs 或 dmesg（内存不足）。收到 SIGTERM 时应先向所有客户端发 Close 1001 或 1012。",
          "confidence": "possible"
        }
      ],
      "wiresharkFilter": "ip.addr==192.168.50.22 && ip.addr==192.168.50.10 && tcp.port==33777 && tcp.port==8080"
    },
    {
      "rule": "ws.pong.missing",
      "severity": "error",
      "connection": 1,
      "alsoConnections": [],
      "followsFrom": null,
      "time": "2026-11-20T15:53:13.050639000Z",
      "confidence": "certain",
      "title": "客户端不再回应 ping：从第一个无应答的 ping 算起 30 秒后，服务器放弃了连接，距最后一个 pong 40 秒",
      "detail": "ping 间隔 10 秒。共有 3 个 ping 没有等到 pong，随后服务器结束了连接。从抓包看 ping 已经送到，是客户端的程序没有应答。",
      "evidence": [
        {
          "packet": 117,
          "time": "2026-11-20T15:53:03.051801000Z",
          "what": "最后一个 pong，来自客户端"
        },
        {
          "packet": 201,
          "time": "2026-11-20T15:53:13.050639000Z",
          "what": "服务器的 ping，TCP 已确认，没有 pong"
        },
        {
          "packet": 247,
          "time": "2026-11-20T15:53:23.051136000Z",
          "what": "服务器的 ping，TCP 已确认，没有 pong"
        },
        {
          "packet": 293,
          "time": "2026-11-20T15:53:33.051094000Z",
          "what": "服务器的 ping，TCP 已确认，没有 pong"
        },
        {
          "packet": 339,
          "time": "2026-11-20T15:53:43.051591000Z",
          "what": "服务器的 FIN"
        }
      ],
      "causes": [
        {
          "cause": "客户端的程序卡住了：主机仍在确认报文，程序却没有反应（死循环、断点调试、SIGSTOP、事件循环阻塞）。",
          "fix": "查看客户端这一时刻的 CPU 占用。浏览器用 Performance 面板；Node 用 --cpu-prof、monitorEventLoopDelay()。",
          "confidence": "likely"
        },
        {
          "cause": "页面或设备休眠：后台标签页、笔记本合盖、应用切到后台。",
          "fix": "在 visibilitychange 和 online 事件里重连；服务端的 pong 超时设为两三个 ping 间隔。",
          "confidence": "likely"
        },
        {
          "cause": "间隔和等待时间与此相符：10 s ping / 30 s pong timeout。",
          "fix": "要调的就是这个定时器：30 s pong timeout",
          "confidence": "possible"
        }
      ],
      "wiresharkFilter": "ip.addr==192.168.50.23 && ip.addr==192.168.50.10 && tcp.port==43993 && tcp.port==8080"
    },
    {
      "rule": "ws.close.no-close-frame",
      "severity": "note",
      "connection": 3,
      "alsoConnections": [],
      "followsFrom": "tcp.rst",
      "time": "2026-11-20T15:53:07.306245000Z",
      "confidence": "certain",
      "title": "1006：服务器没发 Close 帧，直接用 RST 掐断连接，距最后一个 pong 4.3 秒",
      "detail": "断开前 292 毫秒还有数据。客户端 onclose 得到 1006，服务器得到 1006，连接共存活 12.3 秒；最后一个 ping 在断开前 4.3 秒，最后一个 pong 在断开前 4.3 秒。",
      "evidence": [
        {
          "packet": 159,
          "time": "2026-11-20T15:53:07.014475000Z",
          "what": "最后一帧，来自服务器"
        },
        {
          "packet": 120,
          "time": "2026-11-20T15:53:03.051956000Z",
          "what": "最后一个 ping，来自服务器"
        },
        {
          "packet": 123,
          "time": "2026-11-20T15:53:03.053907000Z",
          "what": "最后一个 pong，来自客户端"
        },
        {
          "packet": 161,
          "time": "2026-11-20T15:53:07.306245000Z",
          "what": "服务器的 RST"
        }
      ],
      "causes": [
        {
          "cause": "是服务器的 RST 终结了连接。",
          "fix": "请看关于 RST 的那一条：它说明 RST 回应的是什么、可能是谁发的。",
          "confidence": "likely"
        }
      ],
      "wiresharkFilter": "ip.addr==192.168.50.21 && ip.addr==192.168.50.10 && tcp.port==32877 && tcp.port==8080"
    },
    {
      "rule": "ws.close.no-close-frame",
      "severity": "note",
      "connection": 1,
      "alsoConnections": [],
      "followsFrom": "ws.pong.missing",
      "time": "2026-11-20T15:53:43.051591000Z",
      "confidence": "certain",
      "title": "1006：服务器没发 Close 帧，直接用 FIN 断开，距最后一个 pong 40 秒",
      "detail": "断开前 65.9 毫秒还有数据。客户端 onclose 得到 1006，服务器得到 1006，连接共存活 48.1 秒；最后一个 ping 在断开前 10 秒，最后一个 pong 在断开前 40 秒。",
      "evidence": [
        {
          "packet": 335,
          "time": "2026-11-20T15:53:42.985661000Z",
          "what": "最后一帧，来自服务器"
        },
        {
          "packet": 293,
          "time": "2026-11-20T15:53:33.051094000Z",
          "what": "最后一个 ping，来自服务器"
        },
        {
          "packet": 117,
          "time": "2026-11-20T15:53:03.051801000Z",
          "what": "最后一个 pong，来自客户端"
        },
        {
          "packet": 339,
          "time": "2026-11-20T15:53:43.051591000Z",
          "what": "服务器的 FIN"
        }
      ],
      "causes": [
        {
          "cause": "心跳放弃了连接：30 秒内 3 个 ping 没有 pong。",
          "fix": "请看“缺少 pong”那一条：它会说明是程序卡住还是链路断了。",
          "confidence": "likely"
        }
      ],
      "wiresharkFilter": "ip.addr==192.168.50.23 && ip.addr==192.168.50.10 && tcp.port==43993 && tcp.port==8080"
    }
  ],
  "annotations": [
    {
      "id": "987c5003-6c44-4ad5-ad2b-ca9f2867a805",
      "kind": "connection",
      "packet": 12,
      "time": "2026-11-20T15:52:54.939153000Z",
      "frame": null,
      "connection": 1,
      "text": "了",
      "author": "root",
      "tag": "none",
      "createdAt": "2026-11-20T17:06:19.106Z",
      "source": "sidecar",
      "stranded": false
    }
  ]
}
