/** Owns a bare connection to a server: what is said to it, byte by byte, and what it answers. */
import net from 'node:net';

export type RawConnection = {
  readonly socket: net.Socket;
  send(text: string | Uint8Array): void;
  /** Everything that was answered so far. */
  said(): string;
  /** Waits until the answer matches; rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string>;
  /** What was answered in all, when the other side has closed. A reset is no error: it closes too. */
  readonly closed: Promise<string>;
  close(): void;
};

/** `from` is one of this machine's own addresses. */
export function connectRaw(base: string, from?: string): Promise<RawConnection> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = net.connect({
      port: Number(port),
      host: hostname.replace(/[[\]]/g, ''),
      ...(from !== undefined && { localAddress: from }),
    });
    let text = '';
    const watchers = new Set<() => void>();
    const look = () => {
      for (const watcher of watchers) watcher();
    };
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      look();
    });
    socket.on('error', reject);
    const closed = new Promise<string>((done) => {
      socket.on('close', () => {
        done(text);
        look();
      });
    });
    const until = (pattern: RegExp) =>
      new Promise<string>((found, lost) => {
        const watcher = () => {
          if (pattern.test(text)) found(text);
          else if (socket.destroyed) lost(new Error(`closed without ${pattern}: ${text}`));
          else return;
          watchers.delete(watcher);
        };
        watchers.add(watcher);
        watcher();
      });
    socket.on('connect', () =>
      resolve({
        socket,
        send: (bytes) => void socket.write(bytes),
        said: () => text,
        until,
        closed,
        close: () => socket.destroy(),
      }),
    );
  });
}
