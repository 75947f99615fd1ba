/** Puts text on the clipboard. Pages over plain HTTP from another machine have no clipboard API, only the old command. */
export async function copyText(page: Document, text: string): Promise<boolean> {
  const clipboard: Clipboard | undefined = page.defaultView?.navigator.clipboard;
  if (clipboard) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch (failure) {
      if (!(failure instanceof DOMException)) throw failure;
    }
  }
  const area = page.createElement('textarea');
  area.value = text;
  area.className = 'offscreen';
  page.body.append(area);
  area.select();
  const done = page.execCommand('copy');
  area.remove();
  return done;
}
