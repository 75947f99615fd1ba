/**
 * Files that are to go with the next message of a conversation. Each is sent to the gateway as soon as it is chosen, so
 * that the message itself is quick; what is there already outlives a reload.
 */
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { FileView } from '../../../preload/contract/views.ts';
import { readDraftFiles, writeDraftFiles } from '../../bridge/drafts.ts';
import { asCallFailure, CallFailure } from '../../bridge/failure.ts';
import { ConnectionLost } from '../../bridge/connection.ts';
import { useRuntime } from '../../bridge/hooks.ts';
import { largestFile, tooLarge } from '../../bridge/send-file.ts';
import { shrinkPicture } from './shrink-picture.ts';

/** As the contract has it. */
const mostFiles = 10;

export interface ChosenFile {
  readonly key: number;
  readonly name: string;
  /** Bytes that go out. */
  readonly size: number;
  /** From 0 to 1. */
  readonly progress: number;
  /** What the gateway calls it, once it is there. */
  readonly stored: FileView | null;
  readonly failure: CallFailure | null;
  /** Null for what the page before had sent. */
  readonly file: File | null;
}

export interface ChosenFiles {
  readonly list: readonly ChosenFile[];
  /** More were chosen than go with one message. */
  readonly tooMany: boolean;
  readonly add: (files: readonly File[]) => void;
  readonly again: (chosen: ChosenFile) => void;
  readonly remove: (key: number) => void;
  /** They went out with their message. */
  readonly clear: () => void;
}

export function useChosenFiles(conversation: string): ChosenFiles {
  const { connection } = useRuntime();
  const [list, setList] = useState(() => readDraftFiles(localStorage, conversation).map(kept));
  const [tooMany, setTooMany] = useState(false);
  const nextKey = useRef(list.length);
  const sending = useSending();
  useEffect(() => {
    writeDraftFiles(
      localStorage,
      conversation,
      list.flatMap((each) => each.stored ?? []),
    );
  }, [conversation, list]);
  const change = (key: number, by: Partial<ChosenFile>): void =>
    setList((now) => now.map((each) => (each.key === key ? { ...each, ...by } : each)));
  const send = async (key: number, file: File): Promise<void> => {
    const control = new AbortController();
    sending.current.set(key, control);
    try {
      const { blob, name } = await shrinkPicture(file);
      change(key, { name, size: blob.size });
      if (blob.size > largestFile) throw tooLarge;
      if (!(await canBeRead(blob))) throw new CallFailure({ code: 'media.not-fetched', params: { name } });
      const stored = await connection.sendFile(blob, name, (progress) => change(key, { progress }), control.signal);
      change(key, { stored });
    } catch (failure) {
      if (control.signal.aborted) return;
      change(key, { failure: failure instanceof ConnectionLost ? new CallFailure(null) : asCallFailure(failure) });
    } finally {
      sending.current.delete(key);
    }
  };
  const begin = (chosen: ChosenFile & { readonly file: File }): void => void send(chosen.key, chosen.file);
  return {
    list,
    tooMany,
    add(files) {
      const taken = files.slice(0, Math.max(0, mostFiles - list.length)).map((file) => fresh(nextKey.current++, file));
      setTooMany(taken.length < files.length);
      setList((now) => [...now, ...taken]);
      taken.forEach(begin);
    },
    again({ key, file }) {
      if (file === null) return;
      change(key, { failure: null, progress: 0 });
      void send(key, file);
    },
    remove(key) {
      sending.current.get(key)?.abort();
      setTooMany(false);
      setList((now) => now.filter((each) => each.key !== key));
    },
    clear() {
      setTooMany(false);
      setList([]);
      // At once: the page may be another one before it is drawn again.
      writeDraftFiles(localStorage, conversation, []);
    },
  };
}

/** What is on its way; cut when the place to write is gone. */
function useSending(): RefObject<Map<number, AbortController>> {
  const sending = useRef(new Map<number, AbortController>());
  useEffect(() => {
    const running = sending.current;
    return () => {
      for (const control of running.values()) control.abort();
    };
  }, []);
  return sending;
}

/** A folder that was dropped cannot, nor what is gone since it was chosen; sent, it would look as if nobody answered. */
async function canBeRead(blob: Blob): Promise<boolean> {
  try {
    await blob.slice(0, 1).arrayBuffer();
    return true;
  } catch (failure) {
    if (failure instanceof DOMException) return false;
    throw failure;
  }
}

function fresh(key: number, file: File): ChosenFile & { readonly file: File } {
  return { key, name: file.name, size: file.size, progress: 0, stored: null, failure: null, file };
}

function kept(stored: FileView, key: number): ChosenFile {
  return { key, name: stored.name, size: stored.size, progress: 1, stored, failure: null, file: null };
}
