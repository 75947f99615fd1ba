/**
 * Addresses of our own scheme (`porchlight://channels`). They open a view and never act: any page on the web can send
 * somebody here. Whatever is not exactly one of the known forms is ignored.
 */
import type { Place } from './ports.ts';

export const deepScheme = 'porchlight';

/** Read as it stands: a parser of addresses would first make something of dots, ports and queries. */
const form = new RegExp(`^${deepScheme}://([a-z]+)(?:/([\\w-]{1,64})?)?$`);

/** The place an address names; null for everything else. */
export function placeOfLink(address: string): Place | null {
  const [, view = '', id = ''] = form.exec(address) ?? [];
  if (view === 'conversations') return id === '' ? null : `/conversations/${id}`;
  if (id !== '') return null;
  switch (view) {
    case 'channels':
    case 'diagnostics':
    case 'people':
    case 'tools':
    case 'usage':
      return `/${view}`;
    default:
      return null;
  }
}

/** The place that a command line names: Windows and Linux start the program with the address as its last argument. */
export function placeOfArguments(argv: readonly string[]): Place | null {
  const last = argv.at(-1);
  return last === undefined ? null : placeOfLink(last);
}
