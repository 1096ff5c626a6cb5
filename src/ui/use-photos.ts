/** Owns reading codes from pictures that a person chose or another app shared, one at a time. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { announce } from './announce.ts';
import type { CodeReader } from './code-reader.ts';
import { type Complaint, complaintOf } from './scan-words.ts';
import { takeSharedPicture } from './shared-picture.ts';
import { t } from './text/text.ts';

export type Photos = { readonly busy: boolean; readonly read: (photo: Blob) => Promise<void> };

export function usePhotos(
  reader: CodeReader,
  shared: boolean,
  onText: (text: string) => void,
  onComplaint: (complaint: Complaint) => void,
): Photos {
  const [busy, setBusy] = useState(false);
  const read = async (photo: Blob) => {
    setBusy(true);
    announce(t('scan.photo-reading'));
    const answer = await reader.readPhoto(photo);
    setBusy(false);
    if (answer.kind === 'text') onText(answer.text);
    else onComplaint(complaintOf(answer));
  };
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    if (!shared) return;
    void takeSharedPicture().then((picture) =>
      picture ? latest.current(picture) : onComplaint({ kind: 'shared-missing' }),
    );
  }, [shared]);
  return { busy, read };
}
