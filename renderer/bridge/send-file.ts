/** Files go to the gateway over HTTP, not over the contract: `PUT files` of our own origin. */
import type { FileView } from '../../preload/contract/views.ts';
import { ConnectionLost } from './connection.ts';
import { CallFailure } from './failure.ts';

/** `progress` from 0 to 1. */
export type SendFile = (
  file: Blob,
  name: string,
  onProgress: (progress: number) => void,
  signal: AbortSignal,
) => Promise<FileView>;

/** What the gateway takes; it counts too. */
export const largestFile = 20 * 1024 * 1024;
export const tooLarge = new CallFailure({ code: 'input.too-large', params: { max: largestFile, limit: '20 MB' } });

/**
 * `headers` carry the key where one is needed. Rejects with {@link CallFailure} when the file is refused, with
 * {@link ConnectionLost} when the gateway cannot be reached, and with the reason of `signal`. (`fetch` tells nothing of
 * how far it is.)
 */
export function sendFileWith(headers: Readonly<Record<string, string>>): SendFile {
  return (file, name, onProgress, signal) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const abort = (): void => {
        request.abort();
        reject(new DOMException('the file is not wanted any more', 'AbortError'));
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      request.upload.addEventListener('progress', ({ loaded, total }) => {
        if (total > 0) onProgress(loaded / total);
      });
      request.addEventListener('loadend', () => {
        signal.removeEventListener('abort', abort);
        const { status } = request;
        if (status === 201) resolve(request.response as FileView);
        else if (status === 413) reject(tooLarge);
        else if (status === 507 || status === 503) reject(new CallFailure({ code: 'host.disk-full' }));
        else reject(new ConnectionLost(`files: ${String(status)}`));
      });
      request.open('PUT', '/files');
      request.responseType = 'json';
      for (const [header, value] of Object.entries(headers)) request.setRequestHeader(header, value);
      request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
      request.setRequestHeader('x-file-name', encodeURIComponent(name));
      request.send(file);
    });
}
