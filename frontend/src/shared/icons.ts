import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

/** Draw one of the icons of `@mdi/js`; it says nothing to a screen reader. */
export function icon(path: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;
}

/** The same within an SVG, around a point. */
export function iconAt(path: string, x: number, y: number, size: number): SVGTemplateResult {
  const scale = size / 24;
  return svg`<path class="icon" transform="translate(${x - size / 2} ${y - size / 2}) scale(${scale})" d=${path}></path>`;
}
