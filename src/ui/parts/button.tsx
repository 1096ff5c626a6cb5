/** Owns the things that are pressed. One `main` button a screen, at the bottom, under the thumb. */
import type { ComponentChildren } from 'preact';

/**
 * `pay` and `receive` are the two halves of a ticket and mean money out and money in; `ink` is the
 * main action where no money moves; `stub` is torn off a slip; `plain` and `quiet` stand beside it; `danger` takes something away.
 */
export type ButtonKind = 'pay' | 'receive' | 'ink' | 'stub' | 'plain' | 'quiet' | 'danger';

type Common = {
  readonly kind?: ButtonKind;
  readonly icon?: ComponentChildren;
  readonly children: ComponentChildren;
};

type ButtonProps = Common & {
  readonly onClick?: (event: MouseEvent) => void;
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean;
  /** Working on it: stays focusable, does nothing, says so. */
  readonly busy?: boolean;
  readonly label?: string;
  readonly form?: string;
  readonly describedBy?: string;
};

export function Button(props: ButtonProps) {
  const { kind = 'ink', busy = false } = props;
  return (
    <button
      type={props.type ?? 'button'}
      class={`button button-${kind}`}
      disabled={props.disabled ?? false}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      form={props.form}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else props.onClick?.(event);
      }}
    >
      {props.icon}
      <span>{props.children}</span>
    </button>
  );
}

type LinkProps = Common & {
  readonly href: string;
  readonly label?: string;
  /** Besides going there. */
  readonly onClick?: () => void;
};

/** Looks like a button, goes somewhere. */
export function ButtonLink(props: LinkProps) {
  return (
    <a
      class={`button button-${props.kind ?? 'ink'}`}
      href={props.href}
      aria-label={props.label}
      onClick={() => props.onClick?.()}
    >
      {props.icon}
      <span>{props.children}</span>
    </a>
  );
}
