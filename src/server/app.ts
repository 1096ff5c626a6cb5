/** Owns the HTTP server: the framework set up so that every answer is ours, and the routes put together. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { ROUTES } from '#protocol/routes.ts';
import { addAccountRoutes, addPayeeRoute } from './accounts/account-routes.ts';
import { addEventsRoute } from './accounts/events-route.ts';
import { createHttpServer } from './http/http-server.ts';
import { compileSerializer, compileValidator } from './http/lazy-schemas.ts';
import { loggerOptions } from './http/logging.ts';
import { describeInterface } from './http/openapi.ts';
import { handleError } from './http/problem-response.ts';
import { addRequestGuards } from './http/request-guards.ts';
import { createRequestIds } from './http/request-id.ts';
import { addServiceRoutes } from './http/service-routes.ts';
import { sendNotFound, serveStaticFiles } from './http/static-files.ts';
import { countRequests } from './metrics/count-requests.ts';
import type { Registry } from './metrics/registry.ts';
import { addAllowanceRoutes, addTermsRoute } from './offline/allowance-routes.ts';
import { addDeviceRoutes } from './offline/device-routes.ts';
import { addEnrolmentRoutes } from './passkeys/enrolment-routes.ts';
import { addSessionRoutes } from './passkeys/session-routes.ts';
import { addSignInRoutes } from './passkeys/sign-in-routes.ts';
import { addPaymentRoutes } from './payments/payment-routes.ts';
import type { Services } from './services.ts';
import type { Config } from './settings.ts';

export type App = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Enough for a passkey with an attestation; uploads of payments have a limit of their own. */
const JSON_BYTES_MAX = 64 * 1024;

export type AppParts = Services & {
  readonly publicDir: string;
  readonly logTo: { write(line: string): void };
  /** Where requests are counted, if they are. */
  readonly registry?: Registry | undefined;
};

/** Methods that the table offers on this path, for the Allow of a 405; undefined when none. */
function methodsAt(pathname: string): string | undefined {
  const methods = Object.values(ROUTES)
    .filter(({ path }) => {
      const pattern = path.replaceAll(/:[a-z]+/g, '[^/]+').replaceAll('.', '\\.');
      return new RegExp(`^${pattern}$`).test(pathname);
    })
    .map(({ method }) => method);
  return methods.length > 0 ? methods.join(', ') : undefined;
}

function proxiesTrusted({ trustProxy }: Config) {
  if (typeof trustProxy === 'number') return (_: string, hop: number) => hop < trustProxy;
  return typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy];
}

function createInstance({ config, logTo }: AppParts): App {
  return Fastify<Server>({
    logger: loggerOptions(config.logLevel, logTo),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createRequestIds(config.trustProxy),
    trustProxy: proxiesTrusted(config),
    bodyLimit: JSON_BYTES_MAX,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      handleError(error, request, reply);
    },
    serverFactory: (handler) => createHttpServer({ handler, config }),
    // The server has its own, on every address that it listens on.
    clientErrorHandler: () => undefined,
  }).withTypeProvider<TypeBoxTypeProvider>();
}

/** An empty body stands for an empty object, so that nobody has to send two braces. */
function readEmptyJsonAsObject(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => parse(request, body === '' ? '{}' : body, done),
  );
}

export async function createApp(parts: AppParts): Promise<App> {
  const { config, clock, sessions, publicDir } = parts;
  const app = createInstance(parts);
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(compileSerializer);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) => {
    const pathname = request.url.split('?', 1)[0] ?? '/';
    const allow = methodsAt(pathname);
    return sendNotFound(request, reply, allow);
  });
  readEmptyJsonAsObject(app);
  addRequestGuards(app, config, clock);
  if (parts.registry) countRequests(app, parts.registry);
  await app.register(fastifyCookie);
  await describeInterface(app, sessions.cookieName);
  addEnrolmentRoutes(app, parts);
  addSignInRoutes(app, parts);
  addSessionRoutes(app, parts);
  addAccountRoutes(app, parts);
  addPayeeRoute(app, parts);
  addEventsRoute(app, parts);
  addAllowanceRoutes(app, parts);
  addTermsRoute(app, parts);
  addDeviceRoutes(app, parts);
  addServiceRoutes(app, parts);
  await app.register(async (scope: App) => addPaymentRoutes(scope, parts));
  await serveStaticFiles(app, { publicDir });
  return app;
}
