/**
 * The settings: one schema with default, unit and section. The sentence of each stands in the language files under
 * `setting.<key>`. The schema draws the Settings screen and `docs/settings.md`. Unknown keys in the file are kept.
 */
import { languages } from '../../preload/contract/languages.ts';
import type { Result } from '../lib/result.ts';
import type { Reason } from './types.ts';

type Section = 'general' | 'models' | 'conversations' | 'budget' | 'delivery' | 'api' | 'desktop';

interface Base {
  readonly section: Section;
  readonly advanced: boolean;
}
export interface NumberSetting extends Base {
  readonly type: 'number';
  readonly default: number;
  readonly unit: 's' | 'ms' | 'tokens' | 'turns' | 'replies' | 'factor' | 'min' | 'usd';
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}
export interface TextSetting extends Base {
  readonly type: 'text';
  readonly default: string;
  readonly multiline: boolean;
  readonly maxLength: number;
}
export interface ChoiceSetting extends Base {
  readonly type: 'choice';
  readonly default: string;
  readonly options: readonly string[];
}
export interface SwitchSetting extends Base {
  readonly type: 'switch';
  readonly default: boolean;
}
export interface ListSetting extends Base {
  readonly type: 'list';
  readonly default: readonly string[];
}
export type SettingSchema = NumberSetting | TextSetting | ChoiceSetting | SwitchSetting | ListSetting;

function number(
  section: Section,
  standard: number,
  unit: NumberSetting['unit'],
  min: number,
  max: number,
): NumberSetting {
  const whole = unit !== 'factor' && unit !== 'usd';
  return { type: 'number', section, default: standard, unit, min, max, whole, advanced: section !== 'budget' };
}

export const settingSchemas = {
  'window.theme': {
    type: 'choice',
    section: 'general',
    default: 'system',
    options: ['system', 'light', 'dark'],
    advanced: false,
  },
  language: {
    type: 'choice',
    section: 'general',
    default: 'system',
    options: ['system', ...languages],
    advanced: false,
  },
  timeZone: { type: 'text', section: 'general', default: '', multiline: false, maxLength: 64, advanced: false },
  'setup.done': { type: 'switch', section: 'general', default: false, advanced: true },
  persona: { type: 'text', section: 'conversations', default: '', multiline: true, maxLength: 6000, advanced: false },
  'models.default': {
    type: 'text',
    section: 'models',
    default: 'practice/practice',
    multiline: false,
    maxLength: 300,
    advanced: false,
  },
  'models.fallbacks': { type: 'list', section: 'models', default: [], advanced: false },
  'models.thinking': {
    type: 'choice',
    section: 'models',
    default: 'auto',
    options: ['auto', 'off', 'low', 'medium', 'high'],
    advanced: false,
  },
  'models.maxOutputTokens': number('models', 4096, 'tokens', 16, 131_072),
  'models.connectSeconds': number('models', 10, 's', 1, 120),
  'models.firstTokenSeconds': number('models', 60, 's', 1, 3600),
  'models.betweenTokensSeconds': number('models', 60, 's', 1, 3600),
  'media.transcription': {
    type: 'text',
    section: 'models',
    default: '',
    multiline: false,
    maxLength: 300,
    advanced: false,
  },
  'ollama.firstTokenSeconds': number('models', 300, 's', 1, 3600),
  'ollama.maxContextTokens': number('models', 32_768, 'tokens', 1024, 1_048_576),
  'turns.mode': {
    type: 'choice',
    section: 'conversations',
    default: 'collect',
    options: ['collect', 'followup'],
    advanced: true,
  },
  'turns.parallel': number('conversations', 16, 'turns', 1, 64),
  'turns.deadlineSeconds': number('conversations', 600, 's', 10, 7200),
  'turns.loopReplies': number('conversations', 12, 'replies', 0, 1000),
  'conversations.ownPauseMinutes': number('conversations', 30, 'min', 0, 1440),
  'budget.perDayUsd': number('budget', 5, 'usd', 0, 100_000),
  'budget.perMonthUsd': number('budget', 50, 'usd', 0, 1_000_000),
  'budget.perDayTokens': number('budget', 0, 'tokens', 0, 1_000_000_000_000),
  'budget.perMonthTokens': number('budget', 0, 'tokens', 0, 1_000_000_000_000),
  'delivery.preview': {
    type: 'choice',
    section: 'delivery',
    default: 'auto',
    options: ['auto', 'draft', 'message', 'off'],
    advanced: false,
  },
  'delivery.reactions': { type: 'switch', section: 'delivery', default: false, advanced: false },
  'delivery.readReceipts': { type: 'switch', section: 'delivery', default: false, advanced: false },
  'delivery.pacing': number('delivery', 1, 'factor', 0, 10),
  'api.enabled': { type: 'switch', section: 'api', default: false, advanced: true },
  'desktop.keepAwake': { type: 'switch', section: 'desktop', default: false, advanced: false },
  'desktop.updateUrl': {
    type: 'text',
    section: 'desktop',
    default: '',
    multiline: false,
    maxLength: 1000,
    advanced: true,
  },
} as const satisfies Record<string, SettingSchema>;

export type SettingKey = keyof typeof settingSchemas;

type ValueOf<Schema> = Schema extends { type: 'number' }
  ? number
  : Schema extends { type: 'switch' }
    ? boolean
    : Schema extends { type: 'list' }
      ? readonly string[]
      : Schema extends { type: 'choice'; options: readonly (infer Option)[] }
        ? Option
        : string;

export type SettingValue<Key extends SettingKey> = ValueOf<(typeof settingSchemas)[Key]>;

export interface Settings {
  get<Key extends SettingKey>(key: Key): SettingValue<Key>;
  /** Checks against the schema, writes through atomically. `settings.fixed-by-file` for keys a provision file names. */
  set(key: SettingKey, value: unknown): Result<void, Reason>;
  /** Keys a provision file named at this start, with what they are set to. */
  fixed(): ReadonlySet<string>;
  subscribe(watch: (key: SettingKey) => void): Disposable;
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingSchemas, key);
}

/** The value if it fits the schema, else why not. */
export function checkSetting(key: SettingKey, value: unknown): Result<unknown, Reason> {
  const schema: SettingSchema = settingSchemas[key];
  const wrong = (expected: string): Result<unknown, Reason> => ({
    ok: false,
    failure: { code: 'settings.wrong-type', params: { key, expected } },
  });
  switch (schema.type) {
    case 'number': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return wrong('a number');
      if (schema.whole && !Number.isInteger(value)) return wrong('a whole number');
      if (value >= schema.min && value <= schema.max) return { ok: true, value };
      return {
        ok: false,
        failure: { code: 'settings.out-of-range', params: { key, min: schema.min, max: schema.max } },
      };
    }
    case 'switch':
      return typeof value === 'boolean' ? { ok: true, value } : wrong('true or false');
    case 'choice':
      return typeof value === 'string' && schema.options.includes(value)
        ? { ok: true, value }
        : wrong(schema.options.join(', '));
    case 'text':
      return typeof value === 'string' && value.length <= schema.maxLength
        ? { ok: true, value }
        : wrong(`text of at most ${String(schema.maxLength)} characters`);
    case 'list':
      return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
        ? { ok: true, value }
        : wrong('a list of texts');
  }
}
