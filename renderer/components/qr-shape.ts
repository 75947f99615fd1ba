import { encodeQR } from 'qr';

/** Light modules around the code, as the standard asks for: readers find no code without them. */
const quietZone = 4;

export interface QrShape {
  /** Modules along an edge, the quiet zone included. */
  readonly size: number;
  /** The dark modules as SVG path data, one rectangle for each run of them in a row; one unit is one module. */
  readonly path: string;
}

/**
 * The shape of a text's QR code. The lowest level of correction, as on every screen: it has the largest modules, and a
 * screen is neither torn nor stained. Throws for more text than a QR code holds (2,953 bytes).
 */
export function qrShape(text: string): QrShape {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: quietZone });
  return { size: rows.length, path: rows.map((row, y) => rowPath(row, y)).join('') };
}

function rowPath(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const from = x;
    while (row[x + 1] === true) x += 1;
    const length = String(x - from + 1);
    path += `M${String(from)} ${String(y)}h${length}v1h-${length}z`;
  }
  return path;
}
