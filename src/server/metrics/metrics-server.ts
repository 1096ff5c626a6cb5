/** Owns the address where Prometheus asks: a port of its own, so that the wallet's address tells nobody anything. */
import { createServer } from 'node:http';
import { StartRefused, saidOfListening } from '../free-port.ts';
import type { LineLog } from '../log-lines.ts';
import { EXPOSITION_MEDIA_TYPE } from './exposition.ts';

export type MetricsServer = { stop(): Promise<void> };

export type MetricsServerParts = {
  readonly host: string;
  /** Without one nobody is told anything. */
  readonly port: number | undefined;
  readonly collect: () => Promise<string>;
  readonly log: LineLog;
};

const PATH = '/metrics';

export async function startMetricsServer(parts: MetricsServerParts): Promise<MetricsServer> {
  const { host, port, collect, log } = parts;
  if (port === undefined) return { stop: async () => undefined };
  const server = createServer((request, response) => {
    const isAsked = request.url?.split('?', 1)[0] === PATH && request.method === 'GET';
    if (!isAsked) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`There is only GET ${PATH}.\n`);
      return;
    }
    collect().then(
      (text) => response.writeHead(200, { 'content-type': EXPOSITION_MEDIA_TYPE }).end(text),
      (error: unknown) => {
        log.error('collecting metrics', error);
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const words = saidOfListening(cause, host, port).replace(/ Stop it, or .*$/, '');
      reject(new StartRefused(`METRICS_PORT: ${words}`, { cause }));
    });
    server.listen({ host, port, exclusive: true }, resolve);
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
