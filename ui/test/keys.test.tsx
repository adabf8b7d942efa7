import { cleanup, render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { isBusy } from '../src/lib/keys';

afterEach(cleanup);

/** What a key means that was pressed on an element. */
function pressed(target: Element, init: KeyboardEventInit = {}) {
  let busy: boolean | undefined;
  const listen = (event: Event) => { busy = isBusy(event as KeyboardEvent); };
  addEventListener('keydown', listen);
  target.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true, cancelable: true, ...init }));
  removeEventListener('keydown', listen);
  return busy;
}

describe('a single key', () => {
  it('is typing in a field, and a command elsewhere', () => {
    const { getByTestId } = render(<div><input data-testid="field" /><textarea data-testid="area" /><a href="/" data-testid="link">x</a></div>);
    expect(pressed(getByTestId('field'))).toBe(true);
    expect(pressed(getByTestId('area'))).toBe(true);
    expect(pressed(getByTestId('link'))).toBe(false);
    expect(pressed(document.body)).toBe(false);
  });
  it('is nothing with a modifier, or while a dialog is open', () => {
    expect(pressed(document.body, { ctrlKey: true })).toBe(true);
    expect(pressed(document.body, { isComposing: true })).toBe(true);
    render(<div role="dialog" />);
    expect(pressed(document.body)).toBe(true);
  });
});
