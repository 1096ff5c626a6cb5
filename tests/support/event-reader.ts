/** Owns a reader of server-sent events, as a browser's EventSource reads them (HTML §9.2.6). */
import http from 'node:http';

export type ServerEvent = { readonly event: string; readonly id: string; readonly data: string };

export type EventReader = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Waits for the next event; undefined when the stream has ended. */
  next(): Promise<ServerEvent | undefined>;
  /** Everything that was sent so far, comments included. */
  raw(): string;
  close(): void;
  readonly ended: Promise<void>;
};

function parse(block: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { event: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data };
}

export function readEvents(
  url: string,
  headers: Readonly<Record<string, string>>,
  agent: http.Agent | false = false,
): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers, agent }, (response) => {
      let text = '';
      let rest = '';
      let isOver = false;
      const events: ServerEvent[] = [];
      const waiting: ((event: ServerEvent | undefined) => void)[] = [];
      const hand = () => {
        while (waiting.length > 0 && (events.length > 0 || isOver))
          waiting.shift()?.(events.shift());
      };
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const event = parse(block);
          if (event) events.push(event);
        }
        hand();
      });
      const ended = new Promise<void>((done) => {
        response.on('close', () => {
          isOver = true;
          hand();
          done();
        });
      });
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        next: () =>
          new Promise((take) => {
            waiting.push(take);
            hand();
          }),
        raw: () => text,
        close: () => request.destroy(),
        ended,
      });
    });
    request.on('error', reject);
  });
}
