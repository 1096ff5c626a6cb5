/** Owns how a refusal or a fault leaves over HTTP: RFC 9457 problem+json, made here and nowhere else. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { faultKind } from '#ledger/database.ts';
import { REFUSAL_TITLES } from '#protocol/refusal-titles.ts';
import { type Refusal, statusOf } from '#protocol/refusals.ts';
import { Unavailable } from '../ports.ts';
import { urnOfRequest } from './request-id.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** Why this request was refused, for its log line. */
    refusalCode: string;
  }
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly code: string;
};

/** What a client is told beside the problem itself. */
export type ProblemHints = { readonly retryAfterS?: number; readonly allow?: string };

export function problemOf(refusal: Refusal, requestId?: string): Problem {
  const title = REFUSAL_TITLES[refusal.code];
  const status = statusOf(refusal.code);
  return {
    type: `urn:counterfoil:refusal:${refusal.code}`,
    title,
    status,
    ...(refusal.detail !== undefined && { detail: refusal.detail }),
    ...(requestId !== undefined && { instance: urnOfRequest(requestId) }),
    code: refusal.code,
  };
}

/** RFC 9110 §10.2.3: both tell the client to come back, so both say when. */
function retryAfterOf(status: number, hints: ProblemHints): number | undefined {
  return hints.retryAfterS ?? (status === 429 || status === 503 ? 5 : undefined);
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  hints: ProblemHints = {},
): FastifyReply {
  const problem = problemOf(refusal, request.id);
  reply.refusalCode = refusal.code;
  const retryAfterS = retryAfterOf(problem.status, hints);
  if (retryAfterS !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterS)));
  if (hints.allow !== undefined) reply.header('allow', hints.allow);
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_MEDIA_TYPE)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem);
}

const BY_FRAMEWORK_CODE: Readonly<Record<string, Refusal['code']>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type',
  FST_ERR_CTP_EMPTY_TYPE: 'media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'input_invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'input_invalid',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'input_invalid',
};

const SAID_BY_CODE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; JSON was expected.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not JSON.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
};

/** Names the place and what was expected there, never the value: it could be private. */
function saidOfValidation(error: FastifyError): string {
  const where = error.validationContext === 'querystring' ? 'query' : error.validationContext;
  const faults = (error.validation ?? []).slice(0, 5).map((fault) => {
    const path = `${where ?? 'input'}${fault.instancePath.replaceAll('/', '.')}`;
    return `${path} ${fault.message ?? 'is not valid'}`;
  });
  return `${[...new Set(faults)].join('; ')}.`;
}

/** The database is away or too busy; anything that it did not do may be tried again. */
function isPassing(error: FastifyError): boolean {
  return error instanceof Unavailable || faultKind(error) !== 'bug';
}

function refusalOf(error: FastifyError): Refusal | undefined {
  if (error.validation) return { code: 'input_invalid', detail: saidOfValidation(error) };
  if (isPassing(error)) return { code: 'unavailable' };
  const code = BY_FRAMEWORK_CODE[error.code];
  if (code !== undefined) {
    const detail = SAID_BY_CODE[error.code];
    return detail === undefined ? { code } : { code, detail };
  }
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500 ? { code: 'input_invalid' } : undefined;
}

/** The one error exit. What is not a refusal is a bug or a fault: logged once, told without its words. */
export function handleError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = refusalOf(error);
  // The framework would close the connection, and who is still sending would not read why.
  if (refusal?.code === 'body_too_large') reply.removeHeader('connection');
  if (refusal === undefined) request.log.error({ err: error }, 'request failed');
  else if (refusal.code === 'unavailable') request.log.warn({ err: error }, 'cannot answer now');
  return sendProblem(request, reply, refusal ?? { code: 'internal' });
}

/** For what is refused before Fastify has a request: unreadable HTTP, or headers without end. */
export function problemBeforeRequest(refusal: Refusal): string {
  const body = JSON.stringify(problemOf(refusal));
  return [
    `HTTP/1.1 ${statusOf(refusal.code)} ${REFUSAL_TITLES[refusal.code]}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
