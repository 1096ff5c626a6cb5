/** Owns the counting of requests: a few additions at the end of each. */
import { ROUTES } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import { onRequestEnd } from '../http/request-end.ts';
import { METRICS } from './metric-names.ts';
import type { Registry } from './registry.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function countRequests(app: App, registry: Registry): void {
  const requests = registry.counter(METRICS.requests, 'route', 'status', 'code');
  const uploadTime = registry.histogram(METRICS.uploadTime, SECONDS);
  let inFlight = 0;
  registry.gauge(METRICS.uploadsInFlight, () => inFlight);
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.limited === 'uploads') {
      inFlight++;
      reply.raw.once('close', () => inFlight--);
    }
    done();
  });
  onRequestEnd(app, (request, reply) => {
    const { url = 'none' } = request.routeOptions;
    if (url === ROUTES.payments.path) uploadTime.observe(reply.elapsedTime / 1000);
    requests.add(1, url, String(reply.statusCode), reply.refusalCode);
  });
}
