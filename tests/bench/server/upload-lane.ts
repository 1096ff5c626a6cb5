/** Owns one kept connection that uploads and waits for the answer: HTTP/1.1, as cheap as it can be. */
import net from 'node:net';

export type UploadAnswer = { readonly status: number; readonly body: Buffer };

export type UploadLane = {
  /** One upload at a time. */
  send(body: Buffer): void;
  close(): void;
};

export type LaneEvents = {
  onAnswer(answer: UploadAnswer): void;
  onBroken(cause: Error): void;
};

const HEAD_END = '\r\n\r\n';

function lengthIn(head: string): number {
  const text = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (text === undefined) throw new Error(`an answer without its length: ${head}`);
  return Number(text);
}

/** Gathers what arrives until an answer is whole. */
function createAnswerReader(onAnswer: (answer: UploadAnswer) => void) {
  let pieces: Buffer[] = [];
  let have = 0;
  let whole = 0;
  let headLength = 0;
  let status = 0;
  return (piece: Buffer): void => {
    pieces.push(piece);
    have += piece.length;
    if (whole === 0) {
      const start = pieces.length === 1 ? piece : Buffer.concat(pieces);
      if (pieces.length > 1) pieces = [start];
      const end = start.indexOf(HEAD_END);
      if (end < 0) return;
      const head = start.toString('latin1', 0, end);
      status = Number(head.slice(9, 12));
      headLength = end + HEAD_END.length;
      whole = headLength + lengthIn(head);
    }
    if (have < whole) return;
    const all = pieces.length === 1 ? (pieces[0] ?? piece) : Buffer.concat(pieces);
    const body = all.subarray(headLength, whole);
    pieces = [];
    have = 0;
    whole = 0;
    onAnswer({ status, body });
  };
}

export function openUploadLane(port: number, path: string, events: LaneEvents): UploadLane {
  const socket = net.connect({ port, host: 'localhost', noDelay: true });
  let closed = false;
  let broken = new Error('the server closed the connection');
  socket.on('data', createAnswerReader(events.onAnswer));
  socket.on('error', (cause) => {
    broken = cause;
  });
  // Follows an error, too: a connection breaks once.
  socket.on('close', () => {
    if (!closed) events.onBroken(broken);
  });
  const head =
    `POST ${path} HTTP/1.1\r\nhost: localhost:${port}\r\n` +
    `content-type: application/cbor-seq\r\ncontent-length: `;
  return {
    send(body) {
      const start = `${head}${body.length}${HEAD_END}`;
      const message = Buffer.allocUnsafe(start.length + body.length);
      message.write(start, 'latin1');
      body.copy(message, start.length);
      socket.write(message);
    },
    close() {
      closed = true;
      socket.destroy();
    },
  };
}
