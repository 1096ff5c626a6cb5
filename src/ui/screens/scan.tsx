/** Owns scanning: a code from the camera, a picture or a text becomes what a person can do with it, or a clear no. */
import { useState } from 'preact/hooks';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { Presented } from '#wallet/check-counterfoil.ts';
import { announce } from '../announce.ts';
import { buzz } from '../buzz.ts';
import type { ScreenProps } from '../lazy-screen.tsx';
import { useCodeTaker } from '../parts/code-taker.tsx';
import { ReceiptProof } from '../parts/receipt-proof.tsx';
import { ScannedList } from '../parts/scanned-list.tsx';
import { ScannedPromise } from '../parts/scanned-promise.tsx';
import { Screen } from '../parts/screen.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { TakePayment } from '../parts/take-payment.tsx';
import { navigate } from '../router.ts';
import { codeLines, type Finding, findingOf } from '../scan-finding.ts';
import type { Complaint } from '../scan-words.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';

type Shown = { readonly text: string } & (
  | { readonly kind: 'receipt' | 'authorization'; readonly bytes: Bytes }
  | { readonly kind: 'list'; readonly lines: readonly string[] }
  /** A payment to be judged, and kept if it is worth it: a screen of its own. */
  | { readonly kind: 'payment'; readonly presented: Presented }
);

const TITLES = {
  receipt: 'scan.proof-title',
  authorization: 'scan.promise-title',
  list: 'scan.list-title',
} as const;

/** What stands over the camera until it is put away. */
function ShownSheet(props: {
  readonly shown: Exclude<Shown, { kind: 'payment' }> | undefined;
  readonly onClose: () => void;
}) {
  const { shown } = props;
  return (
    <Sheet
      open={shown !== undefined}
      title={t(TITLES[shown?.kind ?? 'receipt'])}
      onClose={props.onClose}
    >
      {shown?.kind === 'receipt' && <ReceiptProof bytes={shown.bytes} />}
      {shown?.kind === 'authorization' && <ScannedPromise bytes={shown.bytes} />}
      {shown?.kind === 'list' && <ScannedList lines={shown.lines} />}
    </Sheet>
  );
}

export function ScanScreen(props: ScreenProps) {
  const wallet = useWallet();
  const [complaint, setComplaint] = useState<Complaint>();
  const [shown, setShown] = useState<Shown>();

  /** A bare promise to somebody else can only be carried for them. */
  const isToMe = (finding: Finding): finding is Extract<Finding, { kind: 'authorization' }> => {
    if (finding.kind !== 'authorization') return false;
    const read = decodeAuthorization(finding.bytes);
    const mine = wallet.state.peek()?.account.profile.account;
    return read.ok && toBase32(read.value.order.payee) === mine;
  };

  const take = (text: string) => {
    const lines = codeLines(text);
    if (lines) {
      setComplaint(undefined);
      setShown({ kind: 'list', lines, text });
      return;
    }
    const finding = findingOf(text);
    setComplaint(finding.kind === 'refused' ? finding : undefined);
    if (finding.kind === 'refused' || finding.kind === 'part') return;
    buzz(60);
    announce(t('scan.found'));
    if (finding.kind === 'pay') navigate(finding.address);
    else if (finding.kind === 'counterfoil' || isToMe(finding)) {
      setShown({ kind: 'payment', presented: finding, text });
    } else setShown({ ...finding, text });
  };

  const taker = useCodeTaker({
    active: shown === undefined,
    shared: props.query.has('shared'),
    complaint,
    onText: take,
    onComplaint: setComplaint,
  });
  const close = () => {
    taker.putAway(shown?.text ?? '');
    setShown(undefined);
  };
  if (shown?.kind === 'payment') {
    return <TakePayment presented={shown.presented} onAgain={close} />;
  }
  const isForRequest = props.query.has('d');
  return (
    <Screen
      title={t(isForRequest ? 'scan.payment-title' : 'scan.title')}
      back="/"
      class="scan"
      foot={taker.foot}
      aside={
        !isForRequest && (
          <a class="scan-check" href="/check">
            {t('check.link')}
          </a>
        )
      }
    >
      {taker.view}
      <ShownSheet shown={shown} onClose={close} />
    </Screen>
  );
}
