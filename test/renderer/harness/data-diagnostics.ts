/** Log lines and backups for pictures of the diagnostics. */
import type { BackupView, LogLineView } from '../../../preload/contract/diagnostics-views.ts';
import { now } from './data.ts';

const day = 86_400_000;

export const backups: readonly BackupView[] = [
  { name: 'porchlight-2026-11-22T03-10-00-000Z.db', at: now - 0.4 * day, size: 5_100_000, beforeMigration: false },
  { name: 'porchlight-2026-11-21T03-09-00-000Z.db', at: now - 1.4 * day, size: 4_900_000, beforeMigration: false },
  { name: 'porchlight-2026-11-20T12-00-00-000Z-v2.db', at: now - 2.1 * day, size: 4_800_000, beforeMigration: true },
];

const said: readonly Pick<LogLineView, 'level' | 'event' | 'fields'>[] = [
  { level: 'info', event: 'host.started', fields: { version: '0.1.0', mode: 'desktop', startMs: 412 } },
  { level: 'info', event: 'link.state', fields: { link: 'ada-home-bot', state: 'up', reason: null } },
  { level: 'info', event: 'people.role', fields: { link: 'ada-home-bot', role: 'guest', origin: 'owner' } },
  { level: 'warn', event: 'link.state', fields: { link: 'work-bot', state: 'retrying', reason: 'link.network' } },
  {
    level: 'error',
    event: 'api.command-failed',
    fields: { command: 'models.list', error: 'TypeError: fetch failed: connect ECONNREFUSED 127.0.0.1:11434' },
  },
  { level: 'info', event: 'backup.made', fields: { name: 'porchlight-2026-11-22T03-10-00-000Z.db' } },
];

/** An hour of an ordinary log, oldest first. */
export function logLines(end: number): readonly LogLineView[] {
  return Array.from({ length: 120 }, (_, index) => ({
    n: index + 1,
    at: end - (120 - index) * 30_000,
    ...(said[index % said.length] ?? { level: 'info', event: 'host.started', fields: {} }),
  }));
}
