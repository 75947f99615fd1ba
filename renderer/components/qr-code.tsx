/** A QR code drawn as one path: dark on light whatever the theme, because cameras expect that. */
import { memo, type ReactNode, useMemo } from 'react';
import { qrShape } from './qr-shape.ts';

export interface QrCodeProps {
  /** Drawn as it is. */
  readonly text: string;
  /** Its name for those who cannot see it. */
  readonly label: string;
}

export const QrCode = memo(function QrCode({ text, label }: QrCodeProps): ReactNode {
  const { size, path } = useMemo(() => qrShape(text), [text]);
  const whole = String(size);
  return (
    <svg
      className="qr-code"
      viewBox={`0 0 ${whole} ${whole}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect className="qr-light" width={size} height={size} />
      <path className="qr-dark" d={path} />
    </svg>
  );
});
