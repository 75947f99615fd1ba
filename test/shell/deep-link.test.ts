import { describe, expect, it } from 'vitest';
import { placeOfArguments, placeOfLink } from '../../main/shell/deep-link.ts';

describe('an address of our own scheme', () => {
  it.each([
    ['porchlight://channels', '/channels'],
    ['porchlight://channels/', '/channels'],
    ['porchlight://people', '/people'],
    ['porchlight://usage', '/usage'],
    ['porchlight://tools', '/tools'],
    ['porchlight://diagnostics', '/diagnostics'],
    [
      'porchlight://conversations/0199c1de-7a7e-7000-8000-00000000000a',
      '/conversations/0199c1de-7a7e-7000-8000-00000000000a',
    ],
  ])('opens a view: %s', (address, place) => {
    expect(placeOfLink(address)).toBe(place);
  });

  it.each([
    'porchlight://',
    'porchlight:channels',
    'porchlight://setup',
    'porchlight://settings',
    'porchlight://channels/bot',
    'porchlight://channels?remove=bot',
    'porchlight://channels#/people',
    'porchlight://me@channels',
    'porchlight://channels:80',
    'porchlight://conversations',
    'porchlight://conversations/',
    'porchlight://conversations/../channels',
    'porchlight://conversations/%2e%2e%2fsetup',
    'porchlight://conversations/a/7',
    `porchlight://conversations/${'a'.repeat(65)}`,
    'https://channels',
    'app://bundle/',
    'javascript:alert(1)',
    'channels',
    '',
  ])('is ignored when it is anything else, because every web page can send one: %s', (address) => {
    expect(placeOfLink(address)).toBeNull();
  });

  it('stands last on a command line; one that is somewhere in it was not put there by the system', () => {
    expect(placeOfArguments(['/opt/porchlight', 'porchlight://people'])).toBe('/people');
    expect(placeOfArguments(['/opt/porchlight', '--data-dir', 'porchlight://people', '--hidden'])).toBeNull();
    expect(placeOfArguments([])).toBeNull();
  });
});
