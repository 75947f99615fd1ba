/** The frame of a screen that is not a conversation: its heading, and a column that scrolls. */
import type { ReactNode } from 'react';
import { Loading } from './loading.tsx';

export function Page({
  title,
  lead,
  step,
  loading = false,
  children,
}: {
  readonly title: string;
  /** One sentence about the screen. */
  readonly lead?: string;
  /** The screen's main step, beside its heading. */
  readonly step?: ReactNode;
  /** What stands here is still being read. */
  readonly loading?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="page">
      <div className="page-column">
        <header className="page-head">
          <div>
            <h1>{title}</h1>
            {lead !== undefined && <p className="lead">{lead}</p>}
          </div>
          {step}
        </header>
        {children}
        {loading && <Loading />}
      </div>
    </div>
  );
}

/** A titled part of a page. */
export function Section({ title, lead, step, loading = false, children }: Parameters<typeof Page>[0]): ReactNode {
  return (
    <section className="section">
      <header className="section-head">
        <div>
          <h2>{title}</h2>
          {lead !== undefined && <p className="lead">{lead}</p>}
        </div>
        {step}
      </header>
      {children}
      {loading && <Loading />}
    </section>
  );
}
