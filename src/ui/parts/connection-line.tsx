/** Owns the line that says how the server was last reached, without believing the phone. */
import type { Connection } from '../connection.ts';
import { formatSince, formatTime } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';

function words(connection: Connection, nowMs: number): string {
  switch (connection.kind) {
    case 'never':
      return t('connection.never');
    case 'trying':
      return t('connection.trying');
    case 'reached':
      return t('connection.reached', { time: formatTime(connection.atMs) });
    case 'silent':
      return t('connection.silent', { time: formatSince(connection.sinceMs, nowMs) });
  }
}

export function ConnectionLine(props: { readonly connection: Connection }) {
  return (
    <p class="connection" data-state={props.connection.kind}>
      {words(props.connection, useWallet().clock.nowMs())}
    </p>
  );
}
