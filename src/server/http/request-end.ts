/** Owns the moment at which a request is over, whether anybody was left to be answered or not. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../app.ts';

export type RequestEnd = (request: FastifyRequest, reply: FastifyReply, hungUp: boolean) => void;

/** Once for each request, but for an answer that breaks off while it is written: nobody is told of those. */
export function onRequestEnd(app: App, ended: RequestEnd): void {
  app.addHook('onResponse', (request, reply, done) => {
    ended(request, reply, false);
    done();
  });
  // Without anybody to answer there is no response: what was done is known when one would be sent.
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (reply.raw.destroyed) ended(request, reply, true);
    done();
  });
}
