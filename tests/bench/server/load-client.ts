/** Owns the closed loop: so many uploads in flight, each answered one followed by the next. A process of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { decodePaymentsAnswer } from '#protocol/payments-answer.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import { ROUTES } from '#protocol/routes.ts';
import { scanAnswer } from './answer-scan.ts';
import { percentile } from './percentiles.ts';
import {
  foreignCores,
  type ProcessorTimes,
  readProcessorTimes,
  subtractTimes,
  type Watched,
} from './processor-time.ts';
import { type SupplyRange, SupplyReader } from './supply.ts';
import { openUploadLane, type UploadAnswer } from './upload-lane.ts';

export type Load = SupplyRange & {
  /** The connections are shared out evenly. */
  readonly ports: readonly number[];
  /** What is in this range was settled before, and is sent again and again. */
  readonly isRepeat: boolean;
  readonly batch: number;
  readonly inFlight: number;
  /** Before the window begins: so many payments and so long. */
  readonly warmPayments: number;
  readonly warmMs: number;
  readonly windowMs: number;
  readonly watched: Watched;
};

export type LoadResult = {
  /** Where in the stock the next load begins. */
  readonly next: number;
  /** All that got a receipt, warming up included. */
  readonly receipts: number;
  readonly paymentsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverUs: number;
  readonly databaseUs: number;
  readonly clientUs: number;
  readonly foreignCores: number;
  readonly windowMs: number;
};

const WINDOW_MS_MIN = 1000;
/** So many answers are read in full, once the window is over. */
const SAMPLES = 50;

/** A refusal would be measured as a payment, so one is enough to stop. */
function checkAnswer({ status, body }: UploadAnswer, batch: number): void {
  const found = status === 200 ? scanAnswer(body) : undefined;
  if (found?.receipts === batch && found.refusals === 0) return;
  const words =
    status === 200 ? JSON.stringify(decodePaymentsAnswer(body, batch)) : body.toString();
  throw new Error(`answered with status ${status}: ${words.slice(0, 600)}`);
}

function checkInFull(body: Buffer, batch: number): void {
  const answers = decodePaymentsAnswer(body, batch);
  if (!answers.ok) throw new Error(`an answer that nobody can read: ${answers.refusal.code}`);
  for (const item of answers.value) {
    const receipt = item.kind === 'receipt' ? decodeReceipt(item.receipt) : undefined;
    if (!receipt?.ok || receipt.value.verdict !== 'accepted') {
      throw new Error(`not accepted: ${JSON.stringify(receipt)}`);
    }
  }
}

class Loop {
  readonly #load: Load;
  readonly #supply: SupplyReader;
  readonly #startedMs = performance.now();
  readonly #took: number[] = [];
  readonly #samples: Buffer[] = [];
  #receipts = 0;
  #counted = 0;
  #windowMs = 0;
  #before: ProcessorTimes | undefined;
  #times: ProcessorTimes | undefined;
  #beganMs = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#supply = new SupplyReader(load, load.isRepeat);
  }

  async run(): Promise<LoadResult> {
    const { ports, inFlight } = this.#load;
    await Promise.all(
      Array.from({ length: inFlight }, (_, index) => this.#lane(ports[index % ports.length] ?? 0)),
    );
    return this.#result();
  }

  /** Ends when the window has. */
  #lane(port: number): Promise<void> {
    const { batch } = this.#load;
    return new Promise((resolve, reject) => {
      let sentMs = 0;
      const fail = (cause: unknown) => {
        lane.close();
        reject(cause);
      };
      const next = () => {
        const body = this.#times ? undefined : this.#supply.take(batch);
        if (!body) this.#endWindow(performance.now());
        if (body) {
          sentMs = performance.now();
          lane.send(body);
          return;
        }
        lane.close();
        resolve();
      };
      const lane = openUploadLane(port, ROUTES.payments.path, {
        onAnswer: (answer) => {
          try {
            checkAnswer(answer, batch);
            this.#note(performance.now() - sentMs, answer.body);
            next();
          } catch (error) {
            fail(error);
          }
        },
        onBroken: fail,
      });
      next();
    });
  }

  /** The window begins and ends with an answer, so that it holds whole turns of the loop. */
  #note(tookMs: number, body: Buffer): void {
    const { batch, warmPayments, warmMs, windowMs, watched } = this.#load;
    this.#receipts += batch;
    if (this.#times) return;
    const nowMs = performance.now();
    if (!this.#before) {
      const isWarm = this.#receipts >= warmPayments && nowMs - this.#startedMs >= warmMs;
      if (!isWarm) return;
      this.#before = readProcessorTimes(watched);
      this.#beganMs = performance.now();
      return;
    }
    this.#counted += batch;
    this.#took.push(tookMs);
    if (this.#took.length % 40 === 0 && this.#samples.length < SAMPLES) {
      this.#samples.push(Buffer.from(body));
    }
    if (nowMs - this.#beganMs >= windowMs) this.#endWindow(nowMs);
  }

  /** Before its time when a machine that had become faster has used up what was signed. */
  #endWindow(nowMs: number): void {
    if (this.#times || !this.#before) return;
    this.#windowMs = nowMs - this.#beganMs;
    this.#times = subtractTimes(readProcessorTimes(this.#load.watched), this.#before);
  }

  #result(): LoadResult {
    const times = this.#times;
    if (!times || this.#windowMs < Math.min(WINDOW_MS_MIN, this.#load.windowMs)) {
      throw new Error('the signed payments ran out before they could be measured');
    }
    for (const sample of this.#samples) checkInFull(sample, this.#load.batch);
    const each = (us: number) => us / this.#counted;
    return {
      next: this.#supply.next,
      receipts: this.#receipts,
      paymentsPerSecond: this.#counted / (this.#windowMs / 1000),
      p50Ms: percentile(this.#took, 50) ?? 0,
      p99Ms: percentile(this.#took, 99) ?? 0,
      serverUs: each(times.serverUs),
      databaseUs: each(times.databaseUs),
      clientUs: each(times.ownUs),
      foreignCores: foreignCores(times, this.#windowMs),
      windowMs: this.#windowMs,
    };
  }
}

export async function answer(load: Load): Promise<LoadResult> {
  const result = await new Loop(load).run();
  // The server notes device numbers late; that belongs to this load, not to the next.
  await sleep(50);
  return result;
}
