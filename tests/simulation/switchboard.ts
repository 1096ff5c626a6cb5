// Routes are made once, which takes longer than a run; what they call belongs to the process of the moment.
import type { Services } from '#server/services.ts';

/** Services that are those of whoever is current when they are used. */
export function createSwitchboard(current: () => Services): Services {
  return delegate(current, new Map()) as Services;
}

function delegate(current: () => object, made: Map<PropertyKey, unknown>): object {
  return new Proxy(Object.create(null), {
    get(_, key) {
      const value: unknown = Reflect.get(current(), key);
      // What is decided with the settings, and settings themselves, are the same for all.
      if (typeof value !== 'function' && (typeof value !== 'object' || value === null))
        return value;
      if (!made.has(key)) made.set(key, stand(current, key, value));
      return made.get(key);
    },
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_, key) => ({
      value: Reflect.get(current(), key),
      enumerable: true,
      configurable: true,
    }),
  });
}

function stand(current: () => object, key: PropertyKey, first: unknown): unknown {
  const value = () => Reflect.get(current(), key);
  if (typeof first === 'function') {
    return (...args: unknown[]) => Reflect.apply(value() as () => unknown, current(), args);
  }
  return Object.getPrototypeOf(first) === Object.prototype
    ? delegate(value as () => object, new Map())
    : first;
}
