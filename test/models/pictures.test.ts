import { describe, expect, it } from 'vitest';
import { refusesPictures, withoutPictures } from '../../main/models/openai/pictures.ts';

const answer = (status: number, message: string) => ({
  status,
  headers: new Headers(),
  body: JSON.stringify({ error: { message } }),
});

describe('a server that takes no pictures for a model', () => {
  it.each([
    [400, 'Invalid content type. image_url is only supported by certain models.'],
    [404, 'No endpoints found that support image input'],
    [500, 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj'],
    [400, 'gpt-x is not a multimodal model'],
    [400, 'At most 0 image(s) may be provided in one request.'],
    [400, 'Model does not support images. Please use a model that does.'],
    [400, 'Image input is not enabled for this model'],
    [422, 'unknown variant `image_url`, expected `text`'],
    [400, "'messages.1' : content must be a string"],
  ])('is understood: %i %s', (status, message) => {
    expect(refusesPictures(answer(status, message))).toBe(true);
  });

  it.each([
    [400, 'Image is too large: at most 5 MB.'],
    [429, 'image_url is only supported by certain models'],
    [400, "This model's maximum context length is 8192 tokens."],
  ])('is not taken for one: %i %s (a picture left out without need)', (status, message) => {
    expect(refusesPictures(answer(status, message))).toBe(false);
  });

  it('is asked the same in words', () => {
    const timeouts = { connect: 1, firstToken: 1, betweenTokens: 1 };
    const text = { kind: 'text', text: 'what is this?' } as const;
    const request = {
      model: 'm',
      maxOutputTokens: 1,
      timeouts,
      messages: [{ role: 'user', content: [text, { kind: 'image', url: 'data:image/png;base64,AA==' }] }],
    } as const;
    expect(withoutPictures(request, '[left out]').messages).toEqual([
      { role: 'user', content: [text, { kind: 'text', text: '[left out]' }] },
    ]);
  });
});
