/** A document for what is tested outside a browser; import it before anything of src/. */
import { Window } from 'happy-dom';

const window = new Window({ url: 'http://localhost/' });

const NAMES = [
  'customElements',
  'document',
  'Document',
  'DocumentFragment',
  'Element',
  'HTMLElement',
  'SVGElement',
  'Node',
  'ShadowRoot',
  'CSSStyleSheet',
  'Event',
  'CustomEvent',
  'MutationObserver',
  'HTMLInputElement',
  'HTMLSelectElement',
] as const;

class NoLayout {
  observe(): void {
    // Nothing is laid out here.
  }
  disconnect(): void {
    // See above.
  }
}

Object.assign(globalThis, { window, ResizeObserver: NoLayout });
for (const name of NAMES) Object.assign(globalThis, { [name]: window[name] });
