/** Owns the question whether we may listen where we are told to, asked before anything else is started. */
import { lookup } from 'node:dns/promises';
import { createServer } from 'node:net';

/** Says what is wrong in words for a terminal. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

function tryListening(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

export function saidOfListening(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} of ${host} is taken, perhaps by another Counterfoil. Stop it, or choose another port: PORT=${port + 1} npm start`;
  }
  if (error.code === 'EACCES') {
    return `Port ${port} of ${host} is not allowed for this user. Choose one above 1023: PORT=8080 npm start`;
  }
  if (error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL') {
    return `HOST=${host} is no address of this machine. Try HOST=localhost or HOST=0.0.0.0.`;
  }
  return `Cannot listen on port ${port} of ${host}: ${error.message}`;
}

/** Throws `StartRefused`. A name may have an IPv4 and an IPv6 address: both have to be free. */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const addresses = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => {
    throw new StartRefused(saidOfListening(error, host, port), { cause: error });
  });
  for (const { address, family } of addresses) {
    const error = await tryListening(address, port);
    // localhost may name an IPv6 address on a machine that has none.
    const isAbsent = error?.code === 'EADDRNOTAVAIL' || error?.code === 'EAFNOSUPPORT';
    if (!error || (isAbsent && family === 6 && addresses.length > 1)) continue;
    throw new StartRefused(saidOfListening(error, host, port), { cause: error });
  }
}
