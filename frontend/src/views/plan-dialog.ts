/** The plan of one place to charge, to be changed. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Connector, Server } from '../api.ts';
import { BoardDialog } from './dialog.ts';

@customElement('ocpp-cs-plan-dialog')
export class OcppCsPlanDialog extends BoardDialog {
  @property({ attribute: false }) connector?: Connector;
  @property({ attribute: false }) server?: Server;

  protected override render(): TemplateResult | typeof nothing {
    const { connector } = this;
    if (connector === undefined) return nothing;
    return this.renderDialog(
      connector.place_name,
      html`<ocpp-cs-plan-editor
        .hass=${this.hass}
        .connector=${connector}
        .currency=${this.server?.currency ?? ''}
        .capacity=${this.server?.vehicles.find(({ id }) => id === connector.vehicle_id)?.capacity_kwh ?? null}
        @ocpp-cs-plan-saved=${this.done}
        @ocpp-cs-plan-closed=${this.done}
      ></ocpp-cs-plan-editor>`,
    );
  }

  private readonly done = (): void => {
    this.close();
  };

  static override readonly styles = BoardDialog.dialogStyles;
}
