/** Pictures are made smaller before they go out: no model looks at more, and every byte of them is paid for. */

/** Pixels of the longer side. */
const longestSide = 1600;
const quality = 0.85;
/** What every browser can draw and every model takes; animations would stand still. */
const drawn: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/bmp']);

/** `width` and `height` in the same proportion, the longer one at most `longest`; both at least 1. */
export function fitted(width: number, height: number, longest = longestSide): readonly [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** As a JPEG of at most 1600 pixels; the file itself where that is not smaller, or where it cannot be drawn. */
export async function shrinkPicture(file: File): Promise<{ readonly blob: Blob; readonly name: string }> {
  const same = { blob: file, name: file.name };
  if (!drawn.has(file.type)) return same;
  const bitmap = await bitmapOf(file);
  if (bitmap === null) return same;
  const [width, height] = fitted(bitmap.width, bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return same;
  // A JPEG has no holes: what shines through a picture would turn black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  const resized = width < bitmap.width;
  bitmap.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
  const fits = (file.type === 'image/jpeg' || file.type === 'image/png' || file.type === 'image/webp') && !resized;
  if (blob === null || (fits && blob.size >= file.size)) return same;
  return { blob, name: `${file.name.replace(/\.[^.]*$/, '')}.jpg` };
}

/** Null for bytes that are no picture, whatever their type says. */
async function bitmapOf(file: File): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch (failure) {
    if (failure instanceof DOMException) return null;
    throw failure;
  }
}
