/** Owns the counting of what is seen from outside: counters, gauges and histograms of one process. */

export type Labels = Readonly<Record<string, string>>;

export type Sample = {
  /** Behind the family's name; only histograms have any. */
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  readonly labels: Labels;
  readonly value: number;
};

/** What one process says of one metric: plain data, so that it can go from process to process. */
export type Family = {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly says: string;
  readonly samples: readonly Sample[];
};

export type MetricName = { readonly name: string; readonly says: string };

/** `values` in the order of the names of the labels. */
export type Counter = { add(count: number, ...values: readonly string[]): void };
export type Histogram = { observe(value: number): void };

export type Registry = {
  counter(metric: MetricName, ...labels: readonly string[]): Counter;
  /** Asked when somebody looks. */
  gauge(metric: MetricName, read: () => number | readonly Omit<Sample, 'suffix'>[]): void;
  /** A counter that somebody else keeps. */
  counted(metric: MetricName, read: () => number): void;
  /** `bounds` rise; what lies above the last counts too. */
  histogram(metric: MetricName, bounds: readonly number[]): Histogram;
  collect(): Family[];
};

const plain = (value: number): Sample => ({ suffix: '', labels: {}, value });

/** No value of a label of ours contains it. */
const BETWEEN = '\n';

export function createRegistry(): Registry {
  const families: (() => Family)[] = [];

  function counter(metric: MetricName, ...labels: readonly string[]): Counter {
    const counts = new Map<string, number>();
    // Without labels it is there from the start: that nothing happened yet is worth saying.
    if (labels.length === 0) counts.set('', 0);
    families.push(() => ({
      ...metric,
      kind: 'counter',
      samples: [...counts].map(([key, value]) => {
        const values = key.split(BETWEEN);
        const pairs = labels.map((label, index) => [label, values[index] ?? '']);
        return { suffix: '', labels: Object.fromEntries(pairs), value };
      }),
    }));
    return {
      add(count, ...values) {
        const key = values.join(BETWEEN);
        counts.set(key, (counts.get(key) ?? 0) + count);
      },
    };
  }

  function histogram(metric: MetricName, bounds: readonly number[]): Histogram {
    const counts = new Array<number>(bounds.length + 1).fill(0);
    let sum = 0;
    families.push(() => {
      let below = 0;
      const buckets = counts.map((count, index): Sample => {
        below += count;
        const le = index < bounds.length ? String(bounds[index]) : '+Inf';
        return { suffix: '_bucket', labels: { le }, value: below };
      });
      const total: Sample = { suffix: '_count', labels: {}, value: below };
      const samples: Sample[] = [...buckets, { suffix: '_sum', labels: {}, value: sum }, total];
      return { ...metric, kind: 'histogram', samples };
    });
    return {
      observe(value) {
        let index = 0;
        while (index < bounds.length && value > (bounds[index] ?? 0)) index++;
        counts[index] = (counts[index] ?? 0) + 1;
        sum += value;
      },
    };
  }

  return {
    counter,
    histogram,
    gauge(metric, read) {
      families.push(() => {
        const now = read();
        const samples: Sample[] =
          typeof now === 'number' ? [plain(now)] : now.map((sample) => ({ suffix: '', ...sample }));
        return { ...metric, kind: 'gauge', samples };
      });
    },
    counted(metric, read) {
      families.push(() => ({ ...metric, kind: 'counter', samples: [plain(read())] }));
    },
    collect: () => families.map((family) => family()),
  };
}
