// Firefox and WebKitGTK by their own drivers: what a test needs to look at the wallet in them, and no more.
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { launch, launchFirefox, programOf, webkitWorld } from './other-browsers.ts';
import { freePort } from './payment-server.ts';

export type Driven = {
  open(address: string): Promise<void>;
  reload(): Promise<void>;
  /** The value of a body of a function in the page. */
  run<T>(body: string): Promise<T>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
};

const START_MS = 60_000;

async function poll<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const endMs = Date.now() + START_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

type Command = (name: string, parameters?: object) => Promise<unknown>;

/** Firefox's remote protocol: `length:[0, number, name, parameters]`, answered by `[1, number, error, result]`. */
async function connectToFirefox(port: number): Promise<{ command: Command; end: () => void }> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const waiting = new Map<number, (answer: readonly unknown[]) => void>();
  let unread = Buffer.alloc(0);
  socket.on('data', (part) => {
    unread = Buffer.concat([unread, part]);
    for (let colon = unread.indexOf(':'); colon > 0; colon = unread.indexOf(':')) {
      const end = colon + 1 + Number(unread.subarray(0, colon));
      if (unread.length < end) return;
      const message: unknown = JSON.parse(unread.subarray(colon + 1, end).toString());
      unread = unread.subarray(end);
      // The first message is a greeting, not an answer.
      if (Array.isArray(message)) waiting.get(message[1])?.(message);
    }
  });
  let sent = 0;
  const command: Command = async (name, parameters = {}) => {
    const number = ++sent;
    const text = JSON.stringify([0, number, name, parameters]);
    const answered = new Promise<readonly unknown[]>((resolve) => waiting.set(number, resolve));
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [, , error, result] = await answered;
    if (error) throw new Error(`${name}: ${JSON.stringify(error)}`);
    return Object(result).value;
  };
  return { command, end: () => socket.destroy() };
}

async function driveFirefox(profile: string): Promise<Driven> {
  const browser = launchFirefox(profile, ['--marionette', 'about:blank'], { 'marionette.port': 0 });
  const file = path.join(profile, 'MarionetteActivePort');
  const port = await poll('Firefox', () =>
    fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) || undefined : undefined,
  );
  const { command, end } = await connectToFirefox(port);
  await command('WebDriver:NewSession');
  return {
    open: async (url) => void (await command('WebDriver:Navigate', { url })),
    reload: async () => void (await command('WebDriver:Refresh')),
    run: async <T>(script: string) =>
      (await command('WebDriver:ExecuteScript', { script, args: [] })) as T,
    screenshot: async () =>
      Buffer.from(String(await command('WebDriver:TakeScreenshot', { full: false })), 'base64'),
    async close() {
      end();
      await browser.kill();
    },
  };
}

async function driveWebkit(profile: string): Promise<Driven> {
  const program = programOf('WebKitWebDriver');
  if (program === undefined) throw new Error('there is no WebKitWebDriver here');
  const world = await webkitWorld(profile);
  const port = await freePort();
  const driver = launch(program, [`--port=${port}`], world.env);
  const close = async () => {
    await driver.kill();
    await world.kill();
  };
  const ask = async (method: string, path_: string, body?: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path_}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = Object(await response.json());
    if (!response.ok) throw new Error(`${path_}: ${JSON.stringify(value)}`);
    return value;
  };
  await poll('WebKitWebDriver', () => ask('GET', '/status').catch(() => undefined));
  const session = await ask('POST', '/session', { capabilities: { alwaysMatch: {} } });
  const at = `/session/${Object(session).sessionId}`;
  return {
    open: async (url) => void (await ask('POST', `${at}/url`, { url })),
    reload: async () => void (await ask('POST', `${at}/refresh`, {})),
    run: async <T>(script: string) =>
      (await ask('POST', `${at}/execute/sync`, { script, args: [] })) as T,
    screenshot: async () => Buffer.from(String(await ask('GET', `${at}/screenshot`)), 'base64'),
    close,
  };
}

export const DRIVE: Readonly<Record<string, (profile: string) => Promise<Driven>>> = {
  Firefox: driveFirefox,
  WebKitGTK: driveWebkit,
};
