import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '#protocol/routes.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { enrol } from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

type Media = { readonly schema?: object };
type Operation = {
  readonly operationId?: string;
  readonly summary?: string;
  readonly security?: object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Media>> }>
  >;
};
type Description = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: object };
};

let cluster: TestCluster;
let server: RunningServer;
let description: Description;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
  description = (await server.app.inject({ url: ROUTES.openapi.path })).json();
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const operationAt = (route: { method: string; path: string }): Operation => {
  const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
  const operation = description.paths[path]?.[route.method.toLowerCase()];
  if (!operation) throw new Error(`${route.method} ${route.path} is not described`);
  return operation;
};

describe('the description of the interface', () => {
  test('is OpenAPI 3.1', () => {
    expect(description.openapi).toBe('3.1.0');
    expect(description.components.securitySchemes).toEqual({
      session: { type: 'apiKey', in: 'cookie', name: 'counterfoil' },
    });
  });

  test('describes exactly the routes that both sides speak of', () => {
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const spoken = Object.values(ROUTES).map(
      (route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect(described.sort()).toEqual(spoken.sort());
  });

  test.each(Object.entries(ROUTES))('names and answers %s', (_, route) => {
    const operation = operationAt(route);
    expect(operation.operationId).toMatch(/^[a-z]+[A-Za-z]*$/);
    expect(operation.summary).toBeTruthy();
    expect(Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status))).toBe(true);
    for (const [status, response] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue;
      expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json']);
    }
  });

  test('names every operation once', () => {
    const names = Object.values(ROUTES).map((route) => operationAt(route).operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test('says what is CBOR and what is a stream', () => {
    const payments = operationAt(ROUTES.payments);
    expect(Object.keys(payments.requestBody?.content ?? {})).toEqual([
      'application/cbor-seq',
      'application/cbor',
    ]);
    expect(Object.keys(payments.responses['200']?.content ?? {})).toEqual(['application/cbor']);
    const events = operationAt(ROUTES.events);
    expect(Object.keys(events.responses['200']?.content ?? {})).toEqual(['text/event-stream']);
  });

  test('says where a session is needed, and payments need none', () => {
    const guarded = Object.entries(ROUTES)
      .filter(([, route]) => operationAt(route).security)
      .map(([name]) => name);
    expect(guarded.sort()).toEqual([
      'account',
      'allowanceRelease',
      'allowances',
      'deviceFreeze',
      'deviceGaps',
      'deviceList',
      'devices',
      'events',
      'profile',
      'statement',
    ]);
  });

  test('is made of the schemas that validate: what it forbids is refused', async () => {
    const ada = await enrol(server, 'Ada');
    const body = operationAt(ROUTES.profile).requestBody?.content['application/json']?.schema;
    expect(body).toMatchObject({
      type: 'object',
      required: ['name', 'city', 'country', 'category'],
      additionalProperties: false,
      properties: { country: { pattern: '^[A-Z]{2}$' } },
    });
    const response = await server.app.inject({
      method: 'PUT',
      url: ROUTES.profile.path,
      headers: { cookie: ada.cookie },
      payload: { name: 'Ada', city: 'Porto', country: 'Portugal', category: '5499' },
    });
    expect(response.json().code).toBe('input_invalid');
  });
});
