/** What is shown before there is a charger. */
import { mdiEvPlugType2, mdiPlus } from '@mdi/js';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icon } from '../shared/icons.ts';
import { Live } from '../shared/live.ts';
import { base, controls } from '../shared/styles.ts';
import { BoardCard, followed } from './element.ts';

@customElement('ocpp-cs-empty-card')
export class OcppCsEmptyCard extends BoardCard {
  private readonly live = new Live(this, () => this.hass);

  protected override render(): TemplateResult {
    const missing = this.live.error === 'unknown_command';
    return html`<ha-card>
      ${icon(mdiEvPlugType2)}
      <h2>${this.text('board.no_chargers')}</h2>
      <p class="weak">${this.text(missing ? 'no_server' : 'board.first_charger')}</p>
      ${
        this.hass?.user?.is_admin === true
          ? html`<a class="button primary" href="/config/integrations/integration/ocpp_cs" @click=${followed}
              >${icon(mdiPlus)}${this.text('board.add_charger')}</a
            >`
          : nothing
      }
    </ha-card>`;
  }

  static override readonly styles = [
    ...base,
    controls,
    css`
      ha-card {
        display: grid;
        justify-items: center;
        gap: 10px;
        padding: 48px 24px;
        text-align: center;
      }
      ha-card > .icon {
        inline-size: 56px;
        block-size: 56px;
        color: var(--primary-color, #03a9f4);
      }
      h2,
      p {
        margin: 0;
        font-weight: 500;
      }
      p {
        max-inline-size: 46ch;
        font-weight: 400;
      }
      a {
        margin-block-start: 8px;
        text-decoration: none;
      }
      a .icon {
        inline-size: 18px;
        block-size: 18px;
      }
    `,
  ];
}
