/** Owns how the built wallet is served: compressed beforehand, hashed files for ever, the rest asked again. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../app.ts';
import { sendProblem } from './problem-response.ts';
import { DATA_POLICY, DOCUMENT_HEADERS, setHeaders } from './security-headers.ts';

export type StaticFiles = {
  /** Absolute. The policy of the document stands beside it, in `csp.json`. */
  readonly publicDir: string;
};

const DOCUMENT = 'index.html';
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Stored, and asked again each time: a 304 costs no more than its headers. */
const REVALIDATE = 'no-cache';

type PolicyFile = { readonly contentSecurityPolicy?: unknown };

/** Read again when it changes: a wallet built anew under a running server brings its own policy. */
function createPolicyReader(publicDir: string): () => string | undefined {
  const file = path.join(path.dirname(publicDir), 'csp.json');
  let readAtMs = 0;
  let policy: string | undefined;
  return () => {
    const changedAtMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (changedAtMs === undefined || changedAtMs === readAtMs) return policy;
    const { contentSecurityPolicy } = JSON.parse(readFileSync(file, 'utf8')) as PolicyFile;
    policy = typeof contentSecurityPolicy === 'string' ? contentSecurityPolicy : undefined;
    readAtMs = changedAtMs;
    return policy;
  };
}

const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0] ?? '/';

/** A person opens a page of the wallet: the document answers and finds its own way. */
function isNavigation(request: FastifyRequest): boolean {
  const pathname = pathOf(request);
  const mayBePage =
    !/^\/(api|assets)(\/|$)/.test(pathname) && !path.posix.basename(pathname).includes('.');
  return mayBePage && (request.headers.accept ?? '').includes('text/html');
}

/** What a page of the wallet needs, when `publicDir` was built; else every page is a 404. */
export async function serveStaticFiles(app: App, files: StaticFiles): Promise<void> {
  const { publicDir } = files;
  const readPolicy = createPolicyReader(publicDir);
  if (!existsSync(path.join(publicDir, DOCUMENT))) {
    app.log.warn(`no wallet to serve: ${publicDir} has no ${DOCUMENT}`);
    return;
  }

  function setFileHeaders(reply: FastifyReply, name: string): void {
    reply.header('vary', 'accept-encoding');
    reply.header('cache-control', name.startsWith('/assets/') ? IMMUTABLE : REVALIDATE);
    // The document's policy, and the same for workers, whose scripts bring their own.
    const policy = readPolicy();
    if (policy !== undefined) reply.header('content-security-policy', policy);
    if (name === `/${DOCUMENT}`) setHeaders(reply, DOCUMENT_HEADERS);
  }

  await app.register(fastifyStatic, {
    root: publicDir,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    acceptRanges: false,
    dotfiles: 'ignore',
    // A compressed twin is an encoding of a file, not a file.
    allowedPath: (name) => !/\.(br|gz)$/.test(name),
  });

  const send = (reply: FastifyReply, name: string) => {
    setFileHeaders(reply, name);
    return reply.sendFile(name);
  };

  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    schema: { hide: true },
    handler: (request, reply) => {
      const pathname = pathOf(request);
      if (pathname === '/' || pathname === `/${DOCUMENT}`) return send(reply, `/${DOCUMENT}`);
      if (isNavigation(request)) return send(reply, `/${DOCUMENT}`);
      if (pathname.startsWith('/api/')) return reply.callNotFound();
      return send(reply, pathname);
    },
  });
}

/** Where nothing is, or where `sendFile` found nothing. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply, allow?: string) {
  reply.removeHeader('vary').header('content-security-policy', DATA_POLICY);
  return allow === undefined
    ? sendProblem(request, reply, { code: 'not_found' })
    : sendProblem(request, reply, { code: 'method_not_allowed' }, { allow });
}
