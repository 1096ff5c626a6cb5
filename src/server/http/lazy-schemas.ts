/** Owns when schemas become functions: at their first use, so that a start waits for none of them. */
import createSerializers from '@fastify/fast-json-stringify-compiler';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifyRouteSchemaDef } from 'fastify/types/schema.js';

function lazily<Route, Given, Made>(
  compile: (route: Route) => (value: Given) => Made,
): (route: Route) => (value: Given) => Made {
  return (route) => {
    let compiled: ((value: Given) => Made) | undefined;
    return (value) => {
      compiled ??= compile(route);
      return compiled(value);
    };
  };
}

export const compileValidator = lazily(TypeBoxValidatorCompiler);

const serializers = createSerializers()();

export const compileSerializer = lazily((route: FastifyRouteSchemaDef<unknown>) =>
  serializers({ httpStatus: 'default', ...route }),
);
