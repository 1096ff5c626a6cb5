import { describe, expect, test } from 'vitest';
import { formatExposition } from '#server/metrics/exposition.ts';
import { METRICS } from '#server/metrics/metric-names.ts';
import { createRegistry } from '#server/metrics/registry.ts';
import { countSettlement } from '#server/metrics/settlement-counts.ts';

const metric = (name: string) => ({ name, says: `What ${name} is.` });

describe('the registry', () => {
  test('counts by label, and a counter without labels begins at zero', () => {
    const registry = createRegistry();
    const plain = registry.counter(metric('plain_total'));
    const labelled = registry.counter(metric('labelled_total'), 'route', 'status');
    const text = () => formatExposition([{ labels: {}, families: registry.collect() }]);
    expect(text()).toContain('\nplain_total 0\n');
    expect(text()).toContain('# TYPE labelled_total counter\n');
    plain.add(2);
    labelled.add(1, '/a', '200');
    labelled.add(1, '/a', '200');
    labelled.add(1, '/a', '503');
    expect(text()).toContain('\nplain_total 2\n');
    expect(text()).toContain('\nlabelled_total{route="/a",status="200"} 2\n');
    expect(text()).toContain('\nlabelled_total{route="/a",status="503"} 1\n');
  });

  test('asks a gauge when somebody looks', () => {
    const registry = createRegistry();
    let value = 1;
    registry.gauge(metric('now'), () => value);
    registry.gauge(metric('each'), () => [{ labels: { state: 'idle' }, value }]);
    value = 7;
    const text = formatExposition([{ labels: {}, families: registry.collect() }]);
    expect(text).toContain('\nnow 7\n');
    expect(text).toContain('\neach{state="idle"} 7\n');
  });

  test('puts a value into the bucket whose bound it does not exceed; buckets add up', () => {
    const registry = createRegistry();
    const histogram = registry.histogram(metric('size'), [1, 2.5, 10]);
    for (const value of [1, 1.5, 2.5, 10, 11]) histogram.observe(value);
    expect(formatExposition([{ labels: {}, families: registry.collect() }])).toBe(
      [
        '# HELP size What size is.',
        '# TYPE size histogram',
        'size_bucket{le="1"} 1',
        'size_bucket{le="2.5"} 3',
        'size_bucket{le="10"} 4',
        'size_bucket{le="+Inf"} 5',
        'size_sum 26',
        'size_count 5',
        '',
      ].join('\n'),
    );
  });
});

describe('the exposition', () => {
  test('gathers what several processes say of one metric under one heading', () => {
    const told = ['1', '2'].map((process) => {
      const registry = createRegistry();
      registry.counter(metric('a_total')).add(Number(process));
      registry.gauge(metric('b'), () => 0);
      return { labels: { process }, families: registry.collect() };
    });
    expect(formatExposition(told)).toBe(
      [
        '# HELP a_total What a_total is.',
        '# TYPE a_total counter',
        'a_total{process="1"} 1',
        'a_total{process="2"} 2',
        '# HELP b What b is.',
        '# TYPE b gauge',
        'b{process="1"} 0',
        'b{process="2"} 0',
        '',
      ].join('\n'),
    );
  });

  test('escapes values and explanations, and writes what is no finite number as the format does', () => {
    const registry = createRegistry();
    registry.gauge({ name: 'odd', says: 'a\\b\nc' }, () => [
      { labels: { text: 'say "x"\\\n' }, value: Number.POSITIVE_INFINITY },
      { labels: {}, value: Number.NaN },
    ]);
    expect(formatExposition([{ labels: {}, families: registry.collect() }])).toBe(
      [
        '# HELP odd a\\\\b\\nc',
        '# TYPE odd gauge',
        'odd{text="say \\"x\\"\\\\\\n"} +Inf',
        'odd NaN',
        '',
      ].join('\n'),
    );
  });

  test('survives the way between processes', () => {
    const registry = createRegistry();
    registry.histogram(metric('size'), [1]).observe(3);
    const families = registry.collect();
    expect(JSON.parse(JSON.stringify(families))).toEqual(families);
  });
});

describe('the meter of settlement', () => {
  test('tells final refusals from those that may be sent again', () => {
    const registry = createRegistry();
    const meter = countSettlement(registry);
    meter.waiting(3);
    meter.waiting(-1);
    meter.group(20, 1.5, 4);
    meter.verified(20, 2);
    meter.settled('accepted');
    meter.settled('refused', 'insufficient_funds');
    meter.settled('expired', 'payment_expired');
    meter.refused('payer_unknown');
    meter.known(4);
    const lines = formatExposition([{ labels: {}, families: registry.collect() }]).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'counterfoil_payments_settled_total{verdict="accepted"} 1',
        'counterfoil_payments_settled_total{verdict="refused"} 1',
        'counterfoil_payments_settled_total{verdict="expired"} 1',
        'counterfoil_payments_refused_total{code="insufficient_funds",final="true"} 1',
        'counterfoil_payments_refused_total{code="payment_expired",final="true"} 1',
        'counterfoil_payments_refused_total{code="payer_unknown",final="false"} 1',
        'counterfoil_payments_known_total 4',
        'counterfoil_payments_waiting 2',
        'counterfoil_group_size_bucket{le="10"} 0',
        'counterfoil_group_size_bucket{le="20"} 1',
        'counterfoil_queue_wait_seconds_sum 0.0015',
        'counterfoil_commit_seconds_bucket{le="0.005"} 1',
        'counterfoil_signatures_verified_total 20',
        'counterfoil_verify_seconds_count 1',
      ]),
    );
  });
});

test('names are what Prometheus takes, say their unit, and stand once', () => {
  const names = Object.values(METRICS).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^(counterfoil|process)_[a-z_]+$/);
});
