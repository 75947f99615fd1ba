import { openWindow, test } from './web.ts';

test.describe('the check of every spec of the window fails it, or none of them would say anything, for', () => {
  test.beforeEach(async ({ page, host }) => {
    await host.start({ settings: { 'setup.done': true } });
    await openWindow(page, host);
    test.fail();
  });

  test('a script that the policy refuses', async ({ page }) => {
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.planted = true;';
      document.body.append(script);
    });
  });

  test('a request to another machine', async ({ page }) => {
    await page.goto('http://192.0.2.1/').catch((error: unknown) => String(error));
  });

  test('the token in an address that a server sees', async ({ page, host }) => {
    await page.goto(`${host.ready.url}?token=${host.ready.token}`);
  });

  test('an error that nobody catches', async ({ page }) => {
    await page.evaluate(() => {
      queueMicrotask(() => {
        throw new Error('planted');
      });
    });
  });
});
