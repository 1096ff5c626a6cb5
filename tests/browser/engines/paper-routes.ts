// The paper server behind HTTP, for pages: honest at its routes, and below a folder as bad networks are.
import type { ServerResponse } from 'node:http';
import { splitCborSequence } from '#protocol/cbor.ts';
import { BATCH_ITEMS_MAX } from '#protocol/payments-answer.ts';
import { ROUTES } from '#protocol/routes.ts';
import { keysJson } from '#server/http/forms.ts';
import type { PaperServer } from '../../unit/wallet/paper-server.ts';

type Misdeed = (response: ServerResponse, honest: Uint8Array) => void;

const MISDEEDS: Readonly<Record<string, Misdeed>> = {
  '/portal': (response) => response.writeHead(302, { location: '/' }).end(),
  '/stranger': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>'),
  '/cut': (response, honest) => {
    response.writeHead(200, { 'content-length': honest.length + 1 }).write(honest);
    setTimeout(() => response.destroy(), 20);
  },
  '/silent': () => undefined,
  '/endless': (response) => response.end(new Uint8Array(2 * 1024 * 1024)),
};

/** Answers whether the request was for it. */
export function answerAsServer(
  paper: PaperServer,
  pathname: string,
  body: Uint8Array<ArrayBuffer>,
  response: ServerResponse,
): boolean {
  if (pathname === ROUTES.keys.path) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(keysJson(paper.identity)));
    return true;
  }
  if (!pathname.endsWith(ROUTES.payments.path)) return false;
  const items = splitCborSequence(new Uint8Array(body), BATCH_ITEMS_MAX);
  const answer = paper.answer(items.ok ? items.value : []);
  const misdeed = MISDEEDS[pathname.slice(0, -ROUTES.payments.path.length)];
  if (misdeed) misdeed(response, answer.body);
  else {
    response.writeHead(answer.status, { 'content-type': answer.mediaType });
    response.end(answer.body);
  }
  return true;
}
