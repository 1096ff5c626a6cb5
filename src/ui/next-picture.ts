/** Owns waiting for a video's next picture, in the way this browser offers. */

type Wait = { cancel(): void };

function onPicture(video: HTMLVideoElement, told: () => void): Wait {
  if (typeof video.requestVideoFrameCallback === 'function') {
    const handle = video.requestVideoFrameCallback(told);
    return { cancel: () => video.cancelVideoFrameCallback(handle) };
  }
  const before = video.currentTime;
  let handle = 0;
  const poll = () => {
    if (video.currentTime === before) handle = requestAnimationFrame(poll);
    else told();
  };
  handle = requestAnimationFrame(poll);
  return { cancel: () => cancelAnimationFrame(handle) };
}

/** True with the next picture, false when none comes in time. */
export function nextPicture(video: HTMLVideoElement, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      wait.cancel();
      resolve(false);
    }, timeoutMs);
    const wait = onPicture(video, () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
