/** Owns the routes of payments: authorizations in, receipts out, and no session on either. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readReceipts } from '#ledger/read-statement.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { splitCborSequence } from '#protocol/cbor.ts';
import {
  ANSWER_MEDIA_TYPE,
  decodeReceiptsQuery,
  encodeReceiptsAnswer,
  PAYMENTS_MEDIA_TYPE,
} from '#protocol/payments-answer.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import { RECEIPT_IDS_MAX, ROUTES } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import { cborForm, problems } from '../http/forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import type { Services } from '../services.ts';
import type { Config } from '../settings.ts';
import { encodeUploadResult, type UploadResult } from './settle-upload.ts';

const ONE_MEDIA_TYPE = 'application/cbor';

/** Without a body there is no parser, and so nothing. */
const bodyOf = (request: FastifyRequest): Bytes =>
  request.body instanceof Uint8Array ? new Uint8Array(request.body) : new Uint8Array(0);

/** What cannot be split is an item too, and is refused as one: the others are settled. */
function readItems(body: Bytes, mediaType: string, itemsMax: number): Outcome<Bytes[]> {
  if (body.length === 0) return refuse('bytes_malformed', 'The body is empty.');
  const items = splitCborSequence(body, itemsMax);
  if (!items.ok) return refuse('batch_too_large', `At most ${itemsMax} payments at once.`);
  if (mediaType === ONE_MEDIA_TYPE && items.value.length !== 1) {
    const detail = `${ONE_MEDIA_TYPE} is one item; ${PAYMENTS_MEDIA_TYPE} is many.`;
    return refuse('bytes_malformed', detail);
  }
  return accept(items.value);
}

const mediaTypeOf = (request: FastifyRequest) =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

const sendCbor = (reply: FastifyReply, bytes: Bytes) =>
  reply.type(ANSWER_MEDIA_TYPE).send(Buffer.from(bytes));

const uploadOf = (one: string, many: string) => ({
  content: {
    [PAYMENTS_MEDIA_TYPE]: { schema: cborForm(`${many}, one behind the other (RFC 8742)`) },
    [ONE_MEDIA_TYPE]: { schema: cborForm(`One ${one}`) },
  },
});

const ANSWERS = {
  description: 'One answer for each item',
  content: { [ANSWER_MEDIA_TYPE]: { schema: cborForm('[groups, items]') } },
};

/** Of payments and of re-offers: each item of the body gets its answer. */
function createUploadHandler({ batchItemsMax, uploadsInFlightMax }: Config) {
  let inFlight = 0;
  return async (
    settle: (items: readonly Bytes[]) => Promise<UploadResult>,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => {
    const items = readItems(bodyOf(request), mediaTypeOf(request), batchItemsMax);
    if (!items.ok) return sendProblem(request, reply, items.refusal);
    // Before any signature is looked at: a server that drowns helps nobody.
    if (inFlight >= uploadsInFlightMax) {
      return sendProblem(request, reply, { code: 'overloaded' }, { retryAfterS: 2 });
    }
    inFlight++;
    try {
      return sendCbor(reply, encodeUploadResult(await settle(items.value)));
    } finally {
      inFlight--;
    }
  };
}

function addReceiptsRoute(app: App, { database }: Services): void {
  app.route({
    ...ROUTES.receipts,
    url: ROUTES.receipts.path,
    config: { limited: 'uploads' },
    schema: {
      operationId: 'readReceipts',
      summary: 'Receipts by payment id',
      description:
        'The body is a CBOR array of payment ids; the answer an array of receipts in their order. ' +
        'Null means that nothing is known of that id, not that it was refused.',
      tags: ['payments'],
      body: { content: { [ONE_MEDIA_TYPE]: { schema: cborForm('[id, …], 32 bytes each') } } },
      response: {
        200: {
          description: 'A receipt or null for each id',
          content: { [ANSWER_MEDIA_TYPE]: { schema: cborForm('[receipt or null, …]') } },
        },
        ...problems(400, 413, 415, 429, 503),
      },
    },
    handler: async (request, reply) => {
      if (mediaTypeOf(request) !== ONE_MEDIA_TYPE) {
        return sendProblem(request, reply, { code: 'media_type' });
      }
      const ids = decodeReceiptsQuery(bodyOf(request), RECEIPT_IDS_MAX);
      if (!ids.ok) return sendProblem(request, reply, ids.refusal);
      const receipts = ids.value.length > 0 ? await readReceipts(database, ids.value) : [];
      return sendCbor(reply, encodeReceiptsAnswer(receipts));
    },
  });
}

/** To be added in a scope of its own, since it takes CBOR and nothing else. */
export function addPaymentRoutes(app: App, services: Services): void {
  const { config, settleUpload, settleReoffers } = services;
  const settleWith = createUploadHandler(config);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    [PAYMENTS_MEDIA_TYPE, ONE_MEDIA_TYPE],
    { parseAs: 'buffer', bodyLimit: config.batchBytesMax },
    (_request, body, done) => done(null, body),
  );

  app.route({
    ...ROUTES.payments,
    url: ROUTES.payments.path,
    config: { limited: 'uploads' },
    schema: {
      operationId: 'settlePayments',
      summary: 'Bring authorizations, get a receipt or a refusal for each',
      description:
        'Needs no session: an authorization is signed by its payer, so anybody may carry it, any number of times. ' +
        'The answer is the CBOR array [groups, items], an item for each authorization in its order.',
      tags: ['payments'],
      body: uploadOf('authorization', 'Authorizations'),
      response: { 200: ANSWERS, ...problems(400, 413, 415, 429, 503) },
    },
    handler: async (request, reply) => settleWith(settleUpload, request, reply),
  });

  app.route({
    ...ROUTES.reoffers,
    url: ROUTES.reoffers.path,
    config: { limited: 'uploads' },
    schema: {
      operationId: 'settleReoffers',
      summary: 'After a restore: bring payments back with the receipts they had',
      description:
        'Each item is [authorization, receipt]. A payment that the server has forgotten gets the verdict again ' +
        'that its receipt proves; one that it knows, its stored receipt. Needs no session. Answered as payments are.',
      tags: ['payments'],
      body: uploadOf('[authorization, receipt]', '[authorization, receipt] items'),
      response: { 200: ANSWERS, ...problems(400, 413, 415, 429, 503) },
    },
    handler: async (request, reply) => settleWith(settleReoffers, request, reply),
  });
  addReceiptsRoute(app, services);
}
