/** A store of its own, in a folder of its own, for every test of a file. */
import { afterEach, beforeEach } from 'vitest';
import type { Tables } from '../../main/gateway/storage.ts';
import { openTestStore, TemporaryDirectory, type TestStore } from './support.ts';

/** The store of the test that runs. */
export interface StoreOfTest extends Pick<TestStore, 'store' | 'clock' | 'log' | 'dataDir'> {
  /** As the next start finds it; `between` runs while it is closed. */
  reopen(between?: () => Promise<unknown>): Promise<void>;
}

/** To be called once, at the top of a file. `prepare` fills each store before its test. */
export function storeForEach(prepare?: (tables: Tables) => void): StoreOfTest {
  let directory: TemporaryDirectory | null = null;
  let opened: TestStore | null = null;
  const present = (): TestStore => {
    if (opened === null) throw new Error('there is a store while a test runs, and only then');
    return opened;
  };
  beforeEach(async () => {
    directory = new TemporaryDirectory();
    opened = await openTestStore(directory.path);
    if (prepare !== undefined) await opened.store.commit(prepare);
  });
  afterEach(async () => {
    await opened?.[Symbol.asyncDispose]();
    directory?.[Symbol.dispose]();
    opened = directory = null;
  });
  return {
    get store() {
      return present().store;
    },
    get clock() {
      return present().clock;
    },
    get log() {
      return present().log;
    },
    get dataDir() {
      return present().dataDir;
    },
    async reopen(between) {
      const { dataDir } = present();
      await present()[Symbol.asyncDispose]();
      await between?.();
      opened = await openTestStore(dataDir);
    },
  };
}
