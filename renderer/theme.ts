/** Light, dark, or as the system has it; kept in the browser so that the next page begins in it. */
const storageKey = 'porchlight.theme';

export function keepTheme(root: HTMLElement, storage: Pick<Storage, 'setItem'>, theme: string): void {
  storage.setItem(storageKey, theme);
  applyTheme(root, theme);
}

/** What was chosen last in this browser, until the gateway has answered. */
export function beginWithTheme(root: HTMLElement, storage: Pick<Storage, 'getItem'>): void {
  applyTheme(root, storage.getItem(storageKey) ?? 'system');
}

function applyTheme(root: HTMLElement, theme: string): void {
  if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme;
  else delete root.dataset['theme'];
}
