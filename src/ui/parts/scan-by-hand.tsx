/** Owns the ways to a code without the camera: a text typed or pasted, and a picture chosen. */
import { useState } from 'preact/hooks';
import { t } from '../text/text.ts';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import { IconPaste, IconPicture } from './icon-more.tsx';
import { Sheet } from './sheet.tsx';

export function TypeSheet(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onText: (text: string) => void;
}) {
  const [text, setText] = useState('');
  const canPaste = typeof navigator.clipboard?.readText === 'function';
  return (
    <Sheet open={props.open} title={t('scan.type-title')} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onText(text);
        }}
      >
        <Field
          label={t('scan.type-label')}
          hint={t('scan.type-hint')}
          value={text}
          onValue={setText}
          lines={4}
          first
        />
        <div class="scan-pair">
          {canPaste && (
            <Button
              kind="plain"
              icon={<IconPaste />}
              onClick={() => {
                // Refused by the person: the field is still there to paste into.
                navigator.clipboard.readText().then(setText, () => undefined);
              }}
            >
              {t('scan.paste')}
            </Button>
          )}
          <Button type="submit" disabled={text.trim() === ''}>
            {t('scan.read')}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

export function PhotoButton(props: {
  readonly busy: boolean;
  readonly onPhoto: (photo: Blob) => void;
}) {
  return (
    <label class="button button-plain scan-photo" aria-busy={props.busy || undefined}>
      <IconPicture />
      <span>{props.busy ? t('scan.photo-reading') : t('scan.photo')}</span>
      <input
        type="file"
        class="unseen"
        accept="image/*"
        disabled={props.busy}
        onChange={(event) => {
          const [photo] = event.currentTarget.files ?? [];
          // The same picture chosen again must be read again.
          event.currentTarget.value = '';
          if (photo) props.onPhoto(photo);
        }}
      />
    </label>
  );
}
