import { Component, type ReactNode } from 'react';

export interface DrawGuardProps {
  readonly children: ReactNode;
  /** Shown when the children cannot be drawn or loaded. */
  readonly instead: ReactNode;
}

/** What cannot be drawn is shown in a plainer form; the rest of the window goes on. */
export class DrawGuard extends Component<DrawGuardProps, { readonly failed: boolean }> {
  override readonly state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.instead : this.props.children;
  }
}
