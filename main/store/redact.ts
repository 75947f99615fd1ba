/** Takes secrets out of text before it is kept anywhere: by their shape, and those that are known by their value. */

const hidden = '***';
/** Shorter values would tear holes into ordinary words. */
const shortest = 6;

/** Each keeps its first group, which says what was there. */
const shapes: readonly RegExp[] = [
  // Telegram: https://core.telegram.org/bots/api#authorizing-your-bot
  /()(?:bot)?\d{5,}:[\w-]{30,}/gi,
  /\b((?:bearer|basic)\s+)[^\s"',;]+/gi,
  /()\b(?:sk|pk|rk|gsk|xai|hf)[-_][\w-]{8,}/g,
  /()\bAIza[\w-]{20,}/g,
  /\b((?:access_|refresh_|id_|bot_|auth_)?token=)[^\s&"'#]+/gi,
  /\b((?:api_?key|password|secret|client_secret)=)[^\s&"'#]+/gi,
  // Name and password in an address.
  /(:\/\/)[^/\s:@]+:[^/\s@]+(?=@)/g,
];

export interface Redactor {
  /** From now on `secret` is taken out wherever it stands, also percent-encoded. Too short ones are not. */
  readonly register: (secret: string) => void;
  readonly clean: (text: string) => string;
}

export function createRedactor(): Redactor {
  const known = new Set<string>();
  let longestFirst: readonly string[] = [];

  const once = (text: string): string => {
    let cleaned = text;
    for (const secret of longestFirst) cleaned = cleaned.replaceAll(secret, hidden);
    return cleaned;
  };
  return {
    register(secret) {
      if (secret.length < shortest) return;
      known.add(secret);
      const encoded = encodeURIComponent(secret.toWellFormed());
      if (encoded.length >= shortest) known.add(encoded);
      longestFirst = [...known].sort((a, b) => b.length - a.length);
    },
    clean(text) {
      let cleaned = text;
      // Taking one out may bring the halves of another together; each round is shorter, so it ends.
      for (let next = once(cleaned); next !== cleaned; next = once(cleaned)) cleaned = next;
      for (const shape of shapes) cleaned = cleaned.replace(shape, `$1${hidden}`);
      return cleaned;
    },
  };
}
