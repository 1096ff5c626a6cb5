/** Names and towns keep their own direction: what stands beside them stays where it was written. */
import { renderToString } from 'preact-render-to-string';
import { beforeAll, expect, test } from 'vitest';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import { PayeeHead } from '#ui/parts/payee-head.tsx';
import { fillSlots } from '#ui/text/message.ts';
import { loadRestOfTexts } from '#ui/text/text.ts';

beforeAll(loadRestOfTexts);

test('an Arabic town does not draw the country to its other side', () => {
  const request = { merchantName: 'مقهى', city: 'القاهرة', countryCode: 'EG' } as PaymentRequest;
  const html = renderToString(<PayeeHead request={request} check={{ kind: 'unchecked' }} />);
  expect(html).toContain('<bdi>القاهرة</bdi>, EG');
});

test('a place of which only one is said has no comma', () => {
  const town = { city: 'Kisumu' } as PaymentRequest;
  const html = renderToString(<PayeeHead request={town} check={{ kind: 'unchecked' }} />);
  expect(html).not.toContain(', ');
});

test('in a sentence an Arabic name is isolated, and a Latin one is left as it is', () => {
  expect(fillSlots('To {name}: {count}', { name: 'مقهى', count: 2 })).toBe(
    'To \u2068مقهى\u2069: 2',
  );
  expect(fillSlots('To {name}: {count}', { name: 'Juma', count: 2 })).toBe('To Juma: 2');
});
