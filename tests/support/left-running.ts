// What must not outlive its test file, whatever becomes of the test. Loads nothing, so that a file which
// starts no browser need not load one to be tidied up.
type Closable = { close(): Promise<void> };
type Disposable = { dispose(): Promise<void> };

export const leftRunning = { phones: new Set<Closable>(), servers: new Set<Disposable>() };
