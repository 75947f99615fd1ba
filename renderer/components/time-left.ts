/** How long something still waits, in words that need not tick more often than they change. Pure. */
import { span } from '../format.ts';

const minute = 60_000;
const second = 1000;

/** In minutes, so that nobody is hurried; the last one in seconds. Rounded up: none of it is left at 0 alone. */
export function leftWords(left: number): string {
  const step = left > minute ? minute : second;
  return span(Math.ceil(left / step) * step);
}

/** Milliseconds until {@link leftWords} says something else; at most 5 s, since a machine that slept has other words. */
export function nextWords(left: number): number {
  const step = left > minute ? minute : second;
  const over = left - (Math.ceil(left / step) - 1) * step;
  return Math.min(5 * second, Math.max(1, over));
}
