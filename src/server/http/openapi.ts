/** Owns the frame of the OpenAPI description; its contents are the routes' own schemas. */
import fastifySwagger from '@fastify/swagger';
import type { App } from '../app.ts';

export async function describeInterface(app: App, cookieName: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Counterfoil payment server',
        version: '1',
        description:
          'Payments are signed by their payer and bring their own proof. Refusals are RFC 9457 problems ' +
          'whose `code` is stable. Payments and receipts are deterministic CBOR.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      tags: [
        { name: 'payments', description: 'Settling, and proving what was settled' },
        { name: 'account', description: 'What an account’s holder reads' },
        { name: 'offline', description: 'Funds set aside for payments without a network' },
        { name: 'passkeys', description: 'Enrolment and sessions' },
        { name: 'server', description: 'About the server itself' },
      ],
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: cookieName } },
      },
    },
  });
}
