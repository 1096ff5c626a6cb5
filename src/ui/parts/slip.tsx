/** Owns the paper slip: a sheet that ends in the payment's own cut, and the stub that hangs from it. */
import type { ComponentChildren } from 'preact';
import { Tear } from './tear.tsx';

type SlipProps = {
  /** Payment id (or account id where there is no payment yet): it shapes the cut. */
  readonly id: string;
  /** The stock of the stub. */
  readonly tone?: 'plain' | 'pay' | 'receive' | 'refused' | 'doubt';
  /** Still one piece, or torn: a promise that became a receipt. */
  readonly torn?: boolean;
  /** What hangs below the cut. */
  readonly stub?: ComponentChildren;
  readonly children: ComponentChildren;
};

export function Slip(props: SlipProps) {
  return (
    <div class="slip" data-tone={props.tone ?? 'plain'} data-torn={props.torn ? 'true' : 'false'}>
      <div class="slip-half">
        <div class="slip-paper">{props.children}</div>
        <Tear id={props.id} side="above" />
      </div>
      {props.stub !== undefined && (
        <div class="slip-stub">
          <Tear id={props.id} side="below" />
          <div class="slip-paper">{props.stub}</div>
        </div>
      )}
    </div>
  );
}
