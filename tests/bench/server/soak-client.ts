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
  /** Of new payments. */
  readonly receipts: number;
  /** Answers to uploads: a receipt for each payment; told to come back later; no connection was free. */
  readonly answered: number;
  /** Of those answered: to uploads that had been answered before, once all of the stock had been sent. */
  readonly repeated: number;
  readonly shed: number;
  readonly heldBack: number;
  readonly broken: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly shedP99Ms: number;
};

type Upload = { readonly body: Buffer; readonly isRepeat: boolean };

const TICK_MS = 2;
/** Of so many answers the times are kept, the newest instead of any older one. */
const TIMES_MAX = 200_000;

class OpenLoop {
  readonly #soak: Soak;
  readonly #supply: SupplyReader;
  /** What was turned away comes back, as a wallet would bring it. */
  readonly #again: Upload[] = [];
  readonly #free: (() => void)[] = [];
  readonly #lanes = new Map<() => void, UploadLane>();
  #opened = 0;
  readonly #took: number[] = [];
  readonly #shedTook: number[] = [];
  #open = 0;
  #answered = 0;
  #repeated = 0;
  #shed = 0;
  #heldBack = 0;
  #broken = 0;
  #fault: unknown;

  constructor(soak: Soak) {
    this.#soak = soak;
    this.#supply = new SupplyReader(soak, true);
  }

  async run(): Promise<SoakResult> {
    const { forMs, uploadsPerSecond } = this.#soak;
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
    for (const lane of this.#lanes.values()) lane.close();
    if (this.#fault !== undefined) throw this.#fault;
    return this.#result();
  }

  #sendOne(): void {
    const send = this.#free.pop() ?? this.#openLane();
    if (send) send();
    else this.#heldBack++;
  }

  /** When it is needed: one that says nothing for long is closed by the server. */
  #openLane(): (() => void) | undefined {
    const { lanes, ports } = this.#soak;
    if (this.#lanes.size === lanes) return undefined;
    const port = ports[this.#opened++ % ports.length] ?? 0;
    let upload: Upload | undefined;
    let sentMs = 0;
    const send = () => {
      upload = this.#again.pop() ?? this.#takeNew();
      sentMs = performance.now();
      this.#open++;
      lane.send(upload.body);
    };
    const lane = openUploadLane(port, ROUTES.payments.path, {
      onAnswer: (answer) => {
        this.#open--;
        if (upload) this.#note(answer, performance.now() - sentMs, upload);
        upload = undefined;
        this.#free.push(send);
      },
      onBroken: () => {
        this.#lanes.delete(send);
        const at = this.#free.indexOf(send);
        if (at >= 0) this.#free.splice(at, 1);
        if (!upload) return;
        // Whether it was settled is not known: it is brought again.
        this.#broken++;
        this.#again.push(upload);
        this.#open--;
        upload = undefined;
      },
    });
    this.#lanes.set(send, lane);
    return send;
  }

  #takeNew(): Upload {
    const body = this.#supply.take(this.#soak.batch);
    if (!body) throw new Error('the stock is smaller than one upload');
    return { body, isRepeat: this.#supply.isRepeating };
  }

  #note({ status, body }: UploadAnswer, tookMs: number, upload: Upload): void {
    const keep = (times: number[], count: number) => {
      times[count % TIMES_MAX] = tookMs;
    };
    if (status === 503 || status === 429) {
      keep(this.#shedTook, this.#shed++);
      this.#again.push(upload);
      return;
    }
    const found = status === 200 ? scanAnswer(body) : undefined;
    if (found?.receipts !== this.#soak.batch) {
      this.#fault ??= new Error(`answered with status ${status}: ${body.toString().slice(0, 300)}`);
      return;
    }
    keep(this.#took, this.#answered++);
    if (upload.isRepeat) this.#repeated++;
  }

  #result(): SoakResult {
    return {
      next: this.#supply.next,
      receipts: (this.#answered - this.#repeated) * this.#soak.batch,
      answered: this.#answered,
      repeated: this.#repeated,
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
