/** Owns the open loop: uploads leave when they are due, whether or not the server keeps up. A process of its own. */
import { ROUTES } from '#protocol/routes.ts';
import { scanAnswer } from './answer-scan.ts';
import { percentile } from './percentiles.ts';
import { type SupplyRange, SupplyReader } from './supply.ts';
import { openUploadLane, type UploadAnswer, type UploadLane } from './upload-lane.ts';

export type Soak = SupplyRange & {
  readonly ports: readonly number[];
  readonly batch: number;
  readonly uploadsPerSecond: number;
  readonly forMs: number;
  /** Uploads that are on their way at most: as many connections. */
  readonly lanes: number;
};

export type SoakResult = {
  readonly next: number;
  readonly receipts: number;
  /** Answers to uploads: a receipt for each payment; told to come back later; no connection was free. */
  readonly answered: number;
  readonly shed: number;
  readonly heldBack: number;
  readonly broken: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly shedP99Ms: number;
};

const TICK_MS = 2;
/** Of so many answers the times are kept, the newest instead of any older one. */
const TIMES_MAX = 200_000;

class OpenLoop {
  readonly #soak: Soak;
  readonly #supply: SupplyReader;
  /** What was turned away comes back, as a wallet would bring it. */
  readonly #again: Buffer[] = [];
  readonly #free: (() => void)[] = [];
  readonly #lanes: UploadLane[] = [];
  readonly #took: number[] = [];
  readonly #shedTook: number[] = [];
  #open = 0;
  #answered = 0;
  #shed = 0;
  #heldBack = 0;
  #broken = 0;
  #fault: unknown;

  constructor(soak: Soak) {
    this.#soak = soak;
    this.#supply = new SupplyReader(soak);
  }

  async run(): Promise<SoakResult> {
    const { lanes, ports, forMs, uploadsPerSecond } = this.#soak;
    for (let i = 0; i < lanes; i++) this.#openLane(ports[i % ports.length] ?? 0);
    const startedMs = performance.now();
    let due = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const elapsedMs = performance.now() - startedMs;
        const isOver = elapsedMs >= forMs || this.#fault !== undefined;
        const wanted = isOver ? due : Math.floor((elapsedMs / 1000) * uploadsPerSecond);
        for (; due < wanted; due++) this.#sendOne();
        if (!isOver || (this.#open > 0 && this.#fault === undefined)) return;
        clearInterval(timer);
        resolve();
      }, TICK_MS);
    });
    for (const lane of this.#lanes) lane.close();
    if (this.#fault !== undefined) throw this.#fault;
    return this.#result();
  }

  #sendOne(): void {
    const send = this.#free.pop();
    if (send) send();
    else this.#heldBack++;
  }

  #openLane(port: number): void {
    let body: Buffer | undefined;
    let sentMs = 0;
    const send = () => {
      body = this.#again.pop() ?? this.#supply.take(this.#soak.batch);
      if (!body) {
        this.#fault ??= new Error('the signed payments ran out before the time was over');
        return;
      }
      sentMs = performance.now();
      this.#open++;
      lane.send(body);
    };
    const lane = openUploadLane(port, ROUTES.payments.path, {
      onAnswer: (answer) => {
        this.#open--;
        this.#note(answer, performance.now() - sentMs, body);
        body = undefined;
        this.#free.push(send);
      },
      onBroken: () => {
        this.#broken++;
        if (body) {
          // Whether it was settled is not known: it is brought again.
          this.#again.push(body);
          this.#open--;
          body = undefined;
        }
        const at = this.#free.indexOf(send);
        if (at >= 0) this.#free.splice(at, 1);
        if (this.#fault === undefined) setTimeout(() => this.#openLane(port), 50).unref();
      },
    });
    this.#lanes.push(lane);
    this.#free.push(send);
  }

  #note({ status, body }: UploadAnswer, tookMs: number, sent: Buffer | undefined): void {
    const keep = (times: number[], count: number) => {
      times[count % TIMES_MAX] = tookMs;
    };
    if (status === 503 || status === 429) {
      keep(this.#shedTook, this.#shed++);
      if (sent) this.#again.push(sent);
      return;
    }
    const found = status === 200 ? scanAnswer(body) : undefined;
    if (found?.receipts !== this.#soak.batch) {
      this.#fault ??= new Error(`answered with status ${status}: ${body.toString().slice(0, 300)}`);
      return;
    }
    keep(this.#took, this.#answered++);
  }

  #result(): SoakResult {
    return {
      next: this.#supply.next,
      receipts: this.#answered * this.#soak.batch,
      answered: this.#answered,
      shed: this.#shed,
      heldBack: this.#heldBack,
      broken: this.#broken,
      p50Ms: percentile(this.#took, 50) ?? 0,
      p99Ms: percentile(this.#took, 99) ?? 0,
      shedP99Ms: percentile(this.#shedTook, 99) ?? 0,
    };
  }
}

export const answer = (soak: Soak): Promise<SoakResult> => new OpenLoop(soak).run();
