/** The menu of a right click, as Electron shows none by itself: for text that can be edited, and for text that is marked. */
import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron';
import type { Say } from './words.ts';

export type ClickedText = Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>;

/** The entries; none where there is no text to do anything with. What cannot be done now is shown and greyed out. */
export function contextMenu(
  { isEditable, selectionText, editFlags }: ClickedText,
  say: Say,
): MenuItemConstructorOptions[] {
  const marked = selectionText.trim() !== '';
  if (!isEditable && !marked) return [];
  const copy: MenuItemConstructorOptions = {
    role: 'copy',
    label: say('menu.copy'),
    enabled: marked && editFlags.canCopy,
  };
  const selectAll: MenuItemConstructorOptions = {
    role: 'selectAll',
    label: say('menu.select-all'),
    enabled: editFlags.canSelectAll,
  };
  if (!isEditable) return [copy, { type: 'separator' }, selectAll];
  return [
    { role: 'cut', label: say('menu.cut'), enabled: marked && editFlags.canCut },
    copy,
    { role: 'paste', label: say('menu.paste'), enabled: editFlags.canPaste },
    { type: 'separator' },
    selectAll,
  ];
}
