/** Owns the name as it is written: two words with a perforation between them. */

export function Wordmark() {
  return (
    <span class="wordmark" aria-hidden="true">
      Counter
      <i />
      foil
    </span>
  );
}
