/** The desktop's words in English, for tests of what it says. */
import { createSay } from '../../main/shell/words.ts';

export const inEnglish = createSay(() => 'en');
