import { describe, expect, it } from 'vitest';
import { isLocalUrl } from '../../main/models/local.ts';
import { providerPresets } from '../../preload/contract/presets.ts';

describe('local servers', () => {
  it.each([
    'http://localhost:1234/v1',
    'http://127.0.0.1:11434',
    'http://[::1]:8080/v1',
    'http://10.1.2.3/v1',
    'http://172.20.0.1:8000/v1',
    'http://192.168.1.20:11434',
    'http://169.254.1.1/v1',
    'http://[fd12:3456::1]/v1',
    'http://studio.local:1234/v1',
  ])('%s costs nothing', (url) => expect(isLocalUrl(url)).toBe(true));

  it.each([
    'https://api.openai.com/v1',
    'http://172.32.0.1/v1',
    'http://8.8.8.8/v1',
    'http://[2001:db8::1]/v1',
    'https://local.example.com/v1',
    'https://notlocal/v1',
    'nonsense',
  ])('%s may cost money', (url) => expect(isLocalUrl(url)).toBe(false));
});

describe('presets', () => {
  it('are ids and addresses that a provider may have, each once, or setup would refuse its own proposal', () => {
    for (const preset of providerPresets) {
      expect(preset.id).toMatch(/^[a-z0-9-]{1,32}$/);
      expect(preset.baseUrl).not.toMatch(/\/$/);
      expect(isLocalUrl(preset.baseUrl)).toBe(preset.local);
      expect(new URL(preset.baseUrl).protocol).toBe(preset.local ? 'http:' : 'https:');
    }
    expect(new Set(providerPresets.map(({ id }) => id)).size).toBe(providerPresets.length);
  });
});
