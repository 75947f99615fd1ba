/** Digits of a number with its country's code, from what people write (+49 151…, 0049…); null when it cannot be one. */
export function phoneNumber(text: string): string | null {
  const plain = text.replace(/[\s().\-/\u00a0\u2010-\u2015]/g, '');
  const digits = plain.replace(/^(?:\+|00)/, '');
  // The shortest numbers with a country's code have 7 digits, the longest 15 (ITU-T E.164); none begins with a zero.
  return /^[1-9]\d{6,14}$/.test(digits) ? digits : null;
}
