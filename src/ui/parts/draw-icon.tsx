/** Owns how signs are drawn, and the one that every screen has. Every sign stands beside a word or has one. */

export type IconProps = { readonly class?: string };

/** A sign on a 24 × 24 grid, drawn as strokes in the colour of the text around it. */
export function drawIcon(path: string, mirrored = false) {
  return function Icon(props: IconProps) {
    return (
      <svg
        class={`icon${mirrored ? ' icon-mirrored' : ''} ${props.class ?? ''}`}
        viewBox="0 0 24 24"
        aria-hidden="true"
      >
        <path d={path} />
      </svg>
    );
  };
}

export const IconBack = drawIcon('M14.5 5 7.5 12l7 7', true);
