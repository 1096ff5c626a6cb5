/** Owns what is filled in: labelled text fields and choices, with their hint and their complaint. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

type FieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: string;
  readonly complaint?: string;
  readonly type?: 'text' | 'search';
  readonly inputMode?: 'text' | 'decimal' | 'numeric' | 'search' | 'none';
  readonly autoComplete?: string;
  readonly maxLength?: number;
  readonly required?: boolean;
  readonly name?: string;
  /** Several lines, for pasted codes. */
  readonly lines?: number;
  readonly placeholder?: string;
  /** Has the focus when the sheet that it stands in opens. */
  readonly first?: boolean;
};

export function Field(props: FieldProps) {
  const id = useId();
  const note = props.complaint ?? props.hint;
  const common = {
    id,
    class: 'field-input',
    name: props.name,
    value: props.value,
    required: props.required,
    maxLength: props.maxLength,
    placeholder: props.placeholder,
    autofocus: props.first,
    'aria-invalid': props.complaint !== undefined,
    'aria-describedby': note ? `${id}-note` : undefined,
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.lines ? (
        <textarea
          {...common}
          rows={props.lines}
          spellcheck={false}
          onInput={(event) => props.onValue(event.currentTarget.value)}
        />
      ) : (
        <input
          {...common}
          type={props.type ?? 'text'}
          list={undefined}
          inputMode={props.inputMode}
          autoComplete={props.autoComplete ?? 'off'}
          onInput={(event) => props.onValue(event.currentTarget.value)}
        />
      )}
      {note && (
        <p id={`${id}-note`} class="field-note" data-kind={props.complaint ? 'complaint' : 'hint'}>
          {note}
        </p>
      )}
    </div>
  );
}

type Option<Value extends string> = {
  readonly value: Value;
  readonly label: ComponentChildren;
  readonly hint?: string;
};

type ChoiceProps<Value extends string> = {
  readonly legend: string;
  readonly options: readonly Option<Value>[];
  readonly value: Value | undefined;
  readonly onValue: (value: Value) => void;
  /** Side by side where they are few and short. */
  readonly row?: boolean;
};

/** One of a few, all in sight: radio buttons in a group with a name. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset class="choice" data-row={props.row ? 'true' : undefined}>
      <legend>{props.legend}</legend>
      {props.options.map((option) => (
        <label key={option.value} class="choice-option">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === props.value}
            onChange={() => props.onValue(option.value)}
          />
          <span>{option.label}</span>
          {option.hint && <small>{option.hint}</small>}
        </label>
      ))}
    </fieldset>
  );
}
