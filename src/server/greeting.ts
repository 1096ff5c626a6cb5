/** Owns what the server says when it is ready: where it is, and what to do next. */
import type { Config } from './settings.ts';

export function greeting(config: Config, where: string): string {
  const [origin = ''] = config.origins;
  const money = config.sandbox ? ' It starts with play money.' : '';
  const lines = [
    '',
    `  Counterfoil is at ${origin}`,
    '',
    `  Open it and make a wallet with a fingerprint, face or PIN.${money}`,
    '  To pay somebody, make a second wallet: in another browser, or another profile of this one.',
    '  One shows a code under Get paid; the other scans it, or pastes its text.',
    '',
    ...(config.processes > 1 ? [`  ${config.processes} processes share the work.`] : []),
    `  Accounts are kept in ${where}.`,
    '  Stop with Ctrl+C; nothing is lost. Settings: npm run config. Help: npm run operator -- help',
    '',
  ];
  return `${lines.join('\n')}\n`;
}
