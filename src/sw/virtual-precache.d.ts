// The list of files the worker keeps, made by the build (.build/precache.ts).
declare module 'virtual:precache' {
  interface PrecacheEntry {
    readonly url: string;
    /** Null when the address itself names the content. */
    readonly revision: string | null;
  }
  /** Changes whenever any listed file does: it names this build's caches. */
  export const buildId: string;
  /** Cached while the worker installs. Begins with the document, `/`. */
  export const home: readonly PrecacheEntry[];
  /** Cached after activation. */
  export const later: readonly PrecacheEntry[];
  /** Texts of one language each, cached where it is spoken. */
  export const whenSpoken: readonly PrecacheEntry[];
  /** Address of the script that `outbox.ts` became. */
  export const outboxScript: string;
}
