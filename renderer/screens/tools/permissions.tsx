import { type ReactNode, useDeferredValue, useRef, useState } from 'react';
import type { ToolPermissionView } from '../../../preload/contract/agent-views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { IconButton } from '../../components/button.tsx';
import { Fixed } from '../../components/fixed.tsx';
import { Loading } from '../../components/loading.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { ownTool } from '../../components/tool-words.ts';
import { t, type Words } from '../../i18n.ts';
import { groupTools, type NamedTool } from './tool-groups.ts';

const permissions: readonly (readonly [ToolPermissionView, Words, Words])[] = [
  ['always', 'tools.always', 'tools.setAlways'],
  ['ask', 'tools.ask', 'tools.setAsk'],
  ['never', 'tools.never', 'tools.setNever'],
];

/** So many fit a screen; beyond it they can be searched. */
const few = 10;

/** Every tool with what it does and who has to say yes: our own, then those of each server. */
export function Permissions(): ReactNode {
  const { value: tools, failure, again } = useCall('tools.list', {});
  const servers = useCall('mcp.list', {}).value ?? [];
  const [query, setQuery] = useState('');
  const asked = useDeferredValue(query);
  const groups = groupTools(tools ?? [], servers, asked);
  return (
    <>
      <p className="tab-lead">{t('tools.onlyYou')}</p>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {tools === undefined && failure === null && <Loading />}
      {tools !== undefined && tools.length > few && (
        <input
          className="input tool-search"
          type="search"
          value={query}
          aria-label={t('tools.search')}
          placeholder={t('tools.search')}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setQuery(target.value)}
        />
      )}
      {tools !== undefined && groups.length === 0 && (
        <p className="empty">{asked.trim() === '' ? t('tools.none') : t('tools.noneFit')}</p>
      )}
      {groups.map((group) => {
        const title = group.server === null ? t('tools.own') : t('tools.ofServer', { server: group.server });
        return (
          <Section key={group.server ?? ''} title={title}>
            <ul className="card rows" aria-label={title}>
              {group.tools.map((named) => (
                <ToolRow key={named.tool.name} named={named} />
              ))}
            </ul>
          </Section>
        );
      })}
    </>
  );
}

function ToolRow({ named: { tool, name } }: { readonly named: NamedTool }): ReactNode {
  const set = useAct('tools.setPermission', ['tools.list']);
  const toast = useToast();
  const choices = useRef<HTMLDivElement>(null);
  const own = tool.server === null ? ownTool(tool.name) : undefined;
  const title = own ? t(own.title) : name;
  const before = tool.chosen ? tool.permission : null;
  const give = async (permission: ToolPermissionView | null): Promise<void> => {
    if (permission === before || (await set.run({ name: tool.name, permission })) === undefined) return;
    const said = permissions.find(([each]) => each === permission)?.[2] ?? 'tools.setAsItComes';
    toast({
      text: t(said, { tool: title }),
      step: { label: t('action.undo'), run: () => void set.run({ name: tool.name, permission: before }) },
    });
  };
  const reset = (): void => {
    // The button goes with what it takes back.
    choices.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
    void give(null);
  };
  return (
    <li className="row tool">
      <div className="row-words">
        <span className="tool-title">
          <strong dir="auto">{title}</strong>
          {tool.sideEffects && <span className="tag muted">{t('tools.sideEffects')}</span>}
          {tool.outside && <span className="tag muted">{t('tools.outside')}</span>}
        </span>
        <span className="muted tool-about" dir="auto">
          {own ? t(own.is) : tool.description}
        </span>
        {tool.fixedByFile && <Fixed />}
        {set.failure && <ReasonNote reason={set.failure.reason} />}
      </div>
      <div className="tool-steps">
        {tool.chosen && !tool.fixedByFile ? (
          <IconButton icon="retry" label={t('tools.asItComes', { tool: title })} onClick={reset} />
        ) : (
          <span className="icon-place" />
        )}
        <div
          ref={choices}
          className="segments"
          role="group"
          aria-label={t('tools.permissionOf', { tool: title })}
          aria-busy={set.busy}
        >
          {permissions.map(([permission, word]) => (
            <button
              key={permission}
              type="button"
              aria-pressed={tool.permission === permission}
              disabled={tool.fixedByFile}
              onClick={() => {
                if (!set.busy && !(tool.chosen && tool.permission === permission)) void give(permission);
              }}
            >
              {t(word)}
            </button>
          ))}
        </div>
      </div>
    </li>
  );
}
