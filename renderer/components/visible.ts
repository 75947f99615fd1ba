/** Steers how text runs, or is not seen at all; line breaks and tabs are as they are. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * The text with whatever cannot be seen in it made visible as `\u{202e}`: what an owner reads of a model, or allows, must
 * not read otherwise than it is.
 */
export function visible(text: string): string {
  return text.replace(unseen, (sign) =>
    sign === '\n' || sign === '\t' ? sign : `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
