/** Owns the benchmark's own processes: what generates load or signs must not share one with the rest. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

export type Part = {
  readonly pid: number;
  ask<T>(message: object): Promise<T>;
  stop(): void;
};

type Reply = { readonly id: number; readonly value?: unknown; readonly fault?: string };

/** Where this benchmark's files are; told by the program, since its parts are loaded elsewhere. */
export type Folder = string;

export async function startPart(folder: Folder, file: string): Promise<Part> {
  const program = file.endsWith('.mjs') ? file : 'part.mjs';
  const child: ChildProcess = fork(path.join(folder, program), [file], {
    serialization: 'advanced',
  });
  const open = new Map<number, (reply: Reply) => void>();
  let next = 1;
  let ended = false;
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  child.on('message', (reply: Reply) => open.get(reply.id)?.(reply));
  child.on('exit', (code) => {
    ended = true;
    for (const settle of open.values()) settle({ id: 0, fault: `${file} ended with ${code}` });
  });
  return {
    pid: child.pid ?? 0,
    ask<T>(message: object): Promise<T> {
      const id = next++;
      return new Promise<T>((resolve, reject) => {
        open.set(id, (reply) => {
          open.delete(id);
          if (reply.fault === undefined) resolve(reply.value as T);
          else reject(new Error(reply.fault));
        });
        if (ended) open.get(id)?.({ id, fault: `${file} has ended` });
        else child.send({ id, message });
      });
    },
    stop: () => {
      if (!ended) child.kill();
    },
  };
}
