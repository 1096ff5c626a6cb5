/** Owns drawing the cut: the paper above it or below it, in the colour of its stock. */
import { tearPath } from './tear-line.ts';

export function Tear(props: { readonly id: string; readonly side: 'above' | 'below' }) {
  const line = tearPath(props.id, props.side);
  return (
    <svg
      class={`tear tear-${props.side}`}
      viewBox={`0 0 ${line.width} ${line.depth}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={line.path} />
    </svg>
  );
}
