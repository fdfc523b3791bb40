import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between the tool and its database server, and can take that away. */
export interface CuttingProxy {
  readonly port: number;
  /** Packets that the tool has sent so far. */
  readonly sent: number;
  /** Connections that are open, on both sides. */
  readonly open: number;
  /** Whether nobody is let in. */
  readonly isAway: boolean;
  /** Cuts every connection at the `nth` packet from now, and lets nobody in for `awayMs`. The server gets that packet when `delivered`. */
  cutAt(nth: number, awayMs: number, delivered: boolean): void;
  /** How often it was cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

export async function cuttingProxy(host: string, port: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let sent = 0;
  let cuts = 0;
  let awayUntil = 0;
  let cut: { readonly at: number; readonly awayMs: number; readonly delivered: boolean } | null = null;
  const pair = (tool: Socket): void => {
    if (Date.now() < awayUntil) {
      tool.destroy();
      return;
    }
    const server = connect(port, host);
    for (const [one, other] of [
      [tool, server],
      [server, tool],
    ] as const) {
      one.setNoDelay(true);
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    tool.on('data', (packet) => {
      sent += 1;
      const isCut = cut !== null && sent >= cut.at;
      if (!isCut) server.write(packet);
      else if (cut !== null) strike(server, packet, cut);
    });
    server.on('data', (packet) => tool.write(packet));
  };
  const strike = (
    server: Socket,
    packet: Buffer,
    { awayMs, delivered }: { readonly awayMs: number; readonly delivered: boolean },
  ): void => {
    cut = null;
    cuts += 1;
    awayUntil = Date.now() + awayMs;
    // What was delivered is done by the server, whose answer finds nobody.
    if (delivered) server.end(packet);
    for (const socket of sockets) if (!(delivered && socket === server)) socket.destroy();
  };
  const listener = createServer(pair).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    // It listens on a port, not on a pipe.
    port: (listener.address() as AddressInfo).port,
    get sent() {
      return sent;
    },
    get open() {
      return sockets.size;
    },
    get isAway() {
      return Date.now() < awayUntil;
    },
    get cuts() {
      return cuts;
    },
    cutAt: (nth, awayMs, delivered) => {
      cut = { at: sent + nth, awayMs, delivered };
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
