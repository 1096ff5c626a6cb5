/** Owns messages that stand in a screen: news, warnings, refusals with what to do next. */
import type { ComponentChildren } from 'preact';
import type { RefusalCode } from '#protocol/refusals.ts';
import { refusalText } from '../text/text.ts';
import { IconInfo, IconWarning } from './icon-more.tsx';

type NoticeProps = {
  readonly kind?: 'info' | 'warning' | 'refusal';
  readonly title?: string;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
};

/** A warning or refusal is read out at once; news waits for its turn. */
export function Notice(props: NoticeProps) {
  const { kind = 'info' } = props;
  return (
    <div class="notice" data-kind={kind} role={kind === 'info' ? 'status' : 'alert'}>
      {kind === 'info' ? <IconInfo /> : <IconWarning />}
      <div>
        {props.title && <p class="notice-title">{props.title}</p>}
        {props.children}
        {props.action}
      </div>
    </div>
  );
}

/** What was refused, in a person's words: what happened to the money and what to do next. */
export function RefusalNotice(props: {
  readonly code: RefusalCode;
  /** A person asked for something that is no payment. */
  readonly asked?: boolean;
  readonly action?: ComponentChildren;
}) {
  const { what, next } = refusalText(props.code, props.asked);
  return (
    <Notice kind="refusal" title={what} action={props.action}>
      <p>{next}</p>
    </Notice>
  );
}
