/** Brings a setting into sight and puts the focus on it, once the screen of settings has drawn it. */

const patience = 5000;

function find(key: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-setting="${CSS.escape(key)}"]`);
}

function show(row: HTMLElement): void {
  const folded = row.closest('details');
  if (folded) folded.open = true;
  row.scrollIntoView({ block: 'center' });
  row.querySelector<HTMLElement>('input, select, textarea, button')?.focus({ preventScroll: true });
}

/** Waits for the screen for a few seconds at most. */
export function showSetting(key: string): void {
  const there = find(key);
  if (there) {
    show(there);
    return;
  }
  const watch = new MutationObserver(() => {
    const row = find(key);
    if (!row) return;
    stop();
    show(row);
  });
  const timer = window.setTimeout(() => stop(), patience);
  const stop = (): void => {
    watch.disconnect();
    window.clearTimeout(timer);
  };
  watch.observe(document.body, { childList: true, subtree: true });
}
