import { describe, expect, it } from 'vitest';
import type { GatewayPorts } from '../../../main/gateway/gateway.ts';
import { StorageTrouble, type Storage } from '../../../main/gateway/storage.ts';
import type { Reason } from '../../../main/gateway/types.ts';
import { subject } from '../../../main/lib/observable.ts';
import { gate } from '../../emulators/lib/gate.ts';
import { startGateway, type TestGateway } from '../../lib/gateway.ts';
import { askedAbout, asksFor, says, tool, toolsOf } from '../agent/tools.ts';

const full: Reason = { code: 'host.disk-full', params: { dataDir: 'here' } };

/** A disk that is full for a while: the real store behind a port that refuses what is written. */
class Disk {
  readonly trouble = subject<Reason | null>(null);
  refused = 0;
  /** Called at each write that is let through, before it is done. */
  watch: (() => void) | null = null;

  readonly wrap = (ports: GatewayPorts): GatewayPorts => {
    const { storage } = ports;
    const guarded: Pick<Storage, 'commit' | 'note'> = {
      commit: (work) => this.#refusal() ?? storage.commit(work),
      note: (work) => this.#refusal() ?? storage.note(work),
    };
    return { ...ports, storage: { ...storage, ...guarded, trouble: this.trouble } };
  };

  fill(): void {
    this.trouble.set(full);
  }

  clear(): void {
    this.trouble.set(null);
  }

  #refusal(): Promise<never> | null {
    if (this.trouble.value === null) {
      this.watch?.();
      return null;
    }
    this.refused += 1;
    return Promise.reject(new StorageTrouble(full, new Error('no space left')));
  }
}

async function started(disk: Disk): Promise<TestGateway> {
  return startGateway({ wrap: disk.wrap, errors: ['telegram.not-stored'] });
}

describe('while the disk is full', () => {
  it('a finished answer waits and is committed and sent when there is room, without another call', async () => {
    const disk = new Disk();
    await using test = await started(disk);
    const answer = gate();
    test.openai.next({ kind: 'reply', text: 'well', gate: answer.promise });
    test.say('hello');
    await test.asked(1);
    disk.fill();
    answer.open();
    await test.until(() => disk.refused > 0, true);
    expect(test.gateway.health()).toMatchObject({ problem: full, runningTurns: 1 });
    expect(test.sent()).toEqual([]);
    disk.clear();
    expect(await test.replies(1)).toEqual(['well']);
    await test.idle();
    expect(test.openai.chats).toHaveLength(1);
    expect(test.turn('hello')).toMatchObject({ state: 'done', starts: 1 });
  });

  it('a turn that would begin waits, and begins by itself', async () => {
    const disk = new Disk();
    await using test = await started(disk);
    const first = gate();
    test.openai.next({ kind: 'reply', text: 'first', gate: first.promise });
    test.say('one');
    await test.asked(1);
    test.say('two');
    await test.becomes('two', 'waiting');
    disk.fill();
    first.open();
    await test.until(() => disk.refused > 0, true);
    disk.clear();
    expect(await test.replies(2)).toEqual(['first', 'echo: two']);
  });

  it('nothing is acknowledged, and what was refused comes in when there is room', async () => {
    const disk = new Disk();
    await using test = await started(disk);
    disk.fill();
    test.say('hello');
    await test.until(() => disk.refused > 0, true);
    expect(test.messages()).toEqual([]);
    disk.clear();
    expect(await test.drive(test.replies(1))).toEqual(['echo: hello']);
    await test.idle();
    expect(test.messages()).toHaveLength(2);
  });

  it('a message of the window is refused with the reason and can be sent again under the same key', async () => {
    const disk = new Disk();
    await using test = await started(disk);
    disk.fill();
    await expect(test.submit('hello', 'thread', 'k')).rejects.toMatchObject({ reason: full });
    disk.clear();
    await test.submit('hello', 'thread', 'k');
    await test.becomes('hello', 'answered', 'thread');
    expect(test.messages('thread').filter(({ kind }) => kind === 'person')).toHaveLength(1);
  });

  it('what was acknowledged is not sent again: its receipt waits for room', async () => {
    const disk = new Disk();
    await using test = await started(disk);
    const sending = gate();
    test.bot.fault('sendMessage', { kind: 'wait', gate: sending.promise, executed: true });
    test.say('hello');
    await test.replies(1);
    disk.fill();
    sending.open();
    await test.until(() => disk.refused > 0, true);
    disk.clear();
    await test.idle();
    expect(test.sent()).toEqual(['echo: hello']);
    expect(test.gateway.health().sentAgain).toBe(0);
  });

  it('a stop still aborts the call, and its message is not taken for lost', async () => {
    const disk = new Disk();
    await using test = await started(disk);
    test.openai.next({ kind: 'hang' });
    test.say('hello');
    await test.asked(1);
    disk.fill();
    await expect(test.gateway.turns.stop(test.conversation().id)).rejects.toMatchObject({ reason: full });
    await test.openai.waitFor(({ aborted }) => aborted, { timeoutMs: 15_000 });
    disk.clear();
    await test.becomes('hello', 'answered');
    expect(test.turn('hello').state).toBe('stopped');
  });

  it('a stop message that was stored in the last moment is answered and does not come in twice', async () => {
    const disk = new Disk();
    await using test = await started(disk);
    test.openai.next({ kind: 'hang' });
    test.say('hello');
    await test.asked(1);
    test.say('/stop');
    disk.watch = () => {
      // The write that stores the message still goes through, the one that clears the queue does not.
      disk.watch = null;
      disk.fill();
    };
    await test.until(() => disk.refused > 0, true);
    disk.clear();
    await test.replies(1);
    await test.idle();
    expect(test.messages().filter(({ text }) => text === '/stop')).toHaveLength(1);
    expect(test.turn('hello').state).toBe('stopped');
    expect(test.lines.some(({ event }) => event === 'turn.queue-not-cleared')).toBe(true);
    expect(test.lines.some(({ event }) => event === 'telegram.not-stored')).toBe(false);
  });

  it('a command for which there was room to begin only is carried out and answered later (it never was)', async () => {
    const disk = new Disk();
    await using test = await startGateway({ telegram: false, wrap: disk.wrap });
    let writes = 0;
    disk.watch = () => {
      // The message and the beginning of its turn are still stored.
      writes += 1;
      if (writes === 2) disk.fill();
    };
    await test.submit('/pause');
    await test.until(() => disk.refused > 0, true);
    disk.watch = null;
    disk.clear();
    await test.becomes('/pause', 'answered', 'thread');
    expect(test.messages('thread').at(-1)?.text).toBe(test.ports.sentences.text('command.paused', {}, null));
    expect(test.conversation('thread').pausedUntil).not.toBeNull();
  });

  it('the program can end while a question to the owner cannot be put down (it hung for ever)', async () => {
    const disk = new Disk();
    const send = tool('send', 'sent', { sideEffects: true, permission: 'ask' });
    await using test = await startGateway({ telegram: false, wrap: disk.wrap, tools: toolsOf(send) });
    asksFor(test, ['send']);
    const asked = Promise.withResolvers<undefined>();
    test.gateway.events.subscribe(({ kind }) => {
      if (kind !== 'card') return;
      disk.fill();
      asked.resolve(undefined);
    });
    await test.submit('go');
    await asked.promise;
    await test.until(() => disk.refused > 0, true);
    await test.stop(5000);
    disk.clear();
    says(test, 'Sent.');
    await test.open();
    const [card = ''] = await askedAbout(test, 1);
    await test.gateway.cards.answer(card, 'once');
    await test.becomes('go', 'answered', 'thread');
    expect(send.runs).toHaveLength(1);
  });

  it('the program can end, and everything goes on at the next start', async () => {
    const disk = new Disk();
    await using test = await started(disk);
    const answer = gate();
    test.openai.next({ kind: 'reply', text: 'lost', gate: answer.promise });
    test.say('hello');
    await test.asked(1);
    disk.fill();
    answer.open();
    await test.until(() => disk.refused > 0, true);
    await test.stop(5000);
    disk.clear();
    await test.open();
    expect(await test.replies(1)).toEqual(['echo: hello']);
  });
});
