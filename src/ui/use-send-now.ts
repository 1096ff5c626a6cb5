/** Owns a person's tap to send what waits: busy until it was tried, whatever came of it. */
import { useState } from 'preact/hooks';
import { useWallet } from './wallet-context.ts';

export function useSendNow(): { readonly sending: boolean; readonly send: () => void } {
  const wallet = useWallet();
  const [sending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    try {
      const { triggers } = await wallet.engine();
      await triggers.drain('person');
    } catch {
      // The engine's code may not be on this phone yet; what waits leaves by itself later.
    } finally {
      setSending(false);
    }
  };
  return { sending, send: () => void send() };
}
