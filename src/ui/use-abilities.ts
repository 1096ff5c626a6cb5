/** Owns finding out what this phone and browser can do for the wallet, by asking them, not by their names. */
import { useCallback, useEffect, useState } from 'preact/hooks';

export type CameraAbility = 'allowed' | 'asks' | 'refused' | 'missing' | 'insecure';

export type Abilities = {
  readonly camera: CameraAbility;
  /** Promises leave with every page closed. */
  readonly backgroundSync: boolean;
  /** The browser promised not to clear the storage when space is short. */
  readonly storageKept: boolean;
  /** It can be asked to promise that. */
  readonly canAskToKeep: boolean;
  readonly usedBytes?: number;
};

async function cameraAbility(): Promise<CameraAbility> {
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (!devices) return isSecureContext ? 'missing' : 'insecure';
  try {
    const { state } = await navigator.permissions.query({ name: 'camera' });
    if (state === 'denied') return 'refused';
    const known = await devices.enumerateDevices();
    if (known.length > 0 && !known.some(({ kind }) => kind === 'videoinput')) return 'missing';
    return state === 'granted' ? 'allowed' : 'asks';
  } catch {
    // Not every browser answers for the camera before it is used.
    return 'asks';
  }
}

async function backgroundSync(): Promise<boolean> {
  try {
    const registration = await navigator.serviceWorker.getRegistration();
    return registration?.sync !== undefined;
  } catch {
    return false;
  }
}

type StorageAbility = Pick<Abilities, 'storageKept' | 'canAskToKeep' | 'usedBytes'>;

/** WebKit came to answer these one after another, and WebKitGTK answers none of them. */
async function storage(): Promise<StorageAbility> {
  const manager: Partial<StorageManager> = navigator.storage ?? {};
  const [storageKept, usage] = await Promise.all([
    manager.persisted?.().catch(() => false),
    manager.estimate?.().catch(() => undefined),
  ]);
  const usedBytes = usage?.usage;
  return {
    storageKept: storageKept ?? false,
    canAskToKeep: manager.persist !== undefined,
    ...(usedBytes !== undefined && { usedBytes }),
  };
}

async function readAbilities(): Promise<Abilities> {
  const [camera, sync, kept] = await Promise.all([cameraAbility(), backgroundSync(), storage()]);
  return { camera, backgroundSync: sync, ...kept };
}

/** Read again on demand, and when the person comes back from the browser's own settings. */
export function useAbilities(): { abilities: Abilities | undefined; again: () => Promise<void> } {
  const [abilities, setAbilities] = useState<Abilities>();
  const again = useCallback(async () => setAbilities(await readAbilities()), []);
  useEffect(() => {
    const follow = () => void again();
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, [again]);
  return { abilities, again };
}
