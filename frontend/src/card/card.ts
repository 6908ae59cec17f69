import { LitElement, html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';

/** Show one connector and let people charge. */
@customElement('ocpp-cs-card')
export class OcppCsCard extends LitElement {
  protected override render(): TemplateResult {
    return html`<ha-card></ha-card>`;
  }
}
