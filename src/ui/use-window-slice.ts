/** Owns which part of a long list is in sight as the page scrolls. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Slice, sliceOf } from './activity-rows.ts';

/** Follows scrolling and resizing; `list` is the element that the offsets are measured from. */
export function useWindowSlice(offsets: Float64Array): {
  readonly list: { current: HTMLOListElement | null };
  readonly slice: Slice;
} {
  const list = useRef<HTMLOListElement | null>(null);
  const measure = () => {
    const top = -(list.current?.getBoundingClientRect().top ?? 0);
    return sliceOf(offsets, Math.max(0, top), Math.max(0, top) + innerHeight);
  };
  const [, setShown] = useState('');
  useEffect(() => {
    let frame = 0;
    const follow = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        const { first, end } = measure();
        // Rendered again only when other rows came into sight, not for every pixel.
        setShown(`${first} ${end} ${offsets.length}`);
      });
    };
    follow();
    addEventListener('scroll', follow, { passive: true });
    addEventListener('resize', follow);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', follow);
      removeEventListener('resize', follow);
    };
  }, [offsets]);
  return { list, slice: measure() };
}
