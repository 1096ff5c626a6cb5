/** Owns what every request passes before its route: headers, foreign pages, rate limits, one log line. */
import type { App } from '../app.ts';
import type { Clock } from '../ports.ts';
import type { Config } from '../settings.ts';
import { sendProblem } from './problem-response.ts';
import { createRateLimit } from './rate-limit.ts';
import { onRequestEnd } from './request-end.ts';
import { REQUEST_ID_HEADER } from './request-id.ts';
import { securityHeaders, setHeaders } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which bucket a request of this route takes its token from. */
    limited?: 'ceremonies' | 'uploads';
  }
  interface FastifyReply {
    /** What else its log line says: how much of what, never whose. */
    counted: Readonly<Record<string, number>> | null;
  }
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function addRequestGuards(app: App, config: Config, clock: Clock): void {
  const headers = securityHeaders(config.origins[0] ?? '');
  const limits = {
    ceremonies: createRateLimit(config.ceremoniesPerMinute),
    uploads: createRateLimit(config.uploadsPerMinute),
  };

  app.decorateReply('refusalCode', '');
  app.decorateReply('counted', null);

  app.addHook('onRequest', async (request, reply) => {
    setHeaders(reply, headers);
    // Who asks why something failed says it, and the log's lines carry it too.
    reply.header(REQUEST_ID_HEADER, request.id);
    const { limited } = request.routeOptions.config;
    const { origin, 'content-encoding': coding, 'content-length': length } = request.headers;
    // Uploads carry their own proof and use no cookie; everything else that changes something must
    // come from a page of ours. Programs send no Origin.
    const isForeign = origin !== undefined && !config.origins.includes(origin);
    if (isForeign && limited !== 'uploads' && !SAFE_METHODS.has(request.method)) {
      return sendProblem(request, reply, { code: 'forbidden', detail: 'Another site’s page.' });
    }
    // Nothing is ever unpacked, so that nothing can unfold (RFC 9110 §15.5.16).
    if (coding !== undefined && coding !== 'identity') {
      return sendProblem(request, reply, { code: 'media_type', detail: 'A content coding.' });
    }
    if (Number(length) > request.routeOptions.bodyLimit) {
      return sendProblem(request, reply, { code: 'body_too_large' });
    }
    if (limited === undefined) return;
    const waitMs = limits[limited].take(request.ip, clock.nowMs());
    if (waitMs > 0) {
      const refusal = { code: 'too_many_requests' } as const;
      return sendProblem(request, reply, refusal, { retryAfterS: waitMs / 1000 });
    }
  });

  // A connection kept open behind the last answer would hold a stopping server up.
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });

  // A line costs some 5 µs, so nothing of it is done where nobody reads it.
  if (!['info', 'debug', 'trace'].includes(config.logLevel)) return;
  // The route, never the address: a link to pay carries the request in its query.
  onRequestEnd(app, (request, reply, hungUp) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ...(reply.refusalCode !== '' && { code: reply.refusalCode }),
        ...reply.counted,
        ...(hungUp && { hungUp }),
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
  });
}
