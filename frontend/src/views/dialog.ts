/** A dialog over the dashboard: the browser's own, which keeps the focus and closes by Escape. */
import { mdiClose } from '@mdi/js';
import { css, html, type TemplateResult } from 'lit';
import { query } from 'lit/decorators.js';
import { icon } from '../shared/icons.ts';
import { base, controls } from '../shared/styles.ts';
import { BoardElement } from './element.ts';

export abstract class BoardDialog extends BoardElement {
  @query('dialog') private readonly dialog!: HTMLDialogElement | null;
  @query('#title') private readonly heading!: HTMLElement | null;

  protected override firstUpdated(): void {
    this.dialog?.showModal();
    // Beside the content lies the backdrop; with the keyboard, Escape closes.
    this.dialog?.addEventListener('click', (event) => {
      if (event.target === event.currentTarget) this.close();
    });
    this.heading?.focus();
  }

  protected close(): void {
    this.dialog?.close();
  }

  /** The dialog around a content. */
  protected renderDialog(title: string, content: TemplateResult): TemplateResult {
    return html`<dialog
      aria-labelledby="title"
      @close=${() => {
        this.dispatchEvent(new CustomEvent('ocpp-cs-closed'));
      }}
    >
      <div class="dialog">
        <header>
          <h2 id="title" tabindex="-1">${title}</h2>
          <button
            class="round"
            type="button"
            aria-label=${this.text('close')}
            @click=${() => {
              this.close();
            }}
          >
            ${icon(mdiClose)}
          </button>
        </header>
        ${content}
      </div>
    </dialog>`;
  }

  static readonly dialogStyles = [
    ...base,
    controls,
    css`
      dialog {
        inline-size: min(680px, calc(100vw - 24px));
        max-block-size: calc(100dvh - 24px);
        padding: 0;
        border: none;
        border-radius: 20px;
        color: var(--primary-text-color, #212121);
        background: var(--card-background-color, #fff);
        box-shadow: 0 10px 50px rgb(0 0 0 / 40%);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }
      .dialog {
        display: grid;
        gap: 16px;
        padding: 20px 24px 24px;
      }
      header {
        display: flex;
        align-items: start;
        gap: 16px;
      }
      h2 {
        flex: 1;
        margin: 0;
        font-size: 20px;
        font-weight: 500;
        line-height: 1.3;
      }
      /* It has the focus on opening, and is no field. */
      h2:focus-visible {
        outline: none;
      }
      h3 {
        margin: 0;
        font-size: 14px;
        font-weight: 500;
      }
      .round {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 40px;
        block-size: 40px;
        margin: -6px -10px -6px 0;
        border-radius: 50%;
      }
      .round:hover {
        background: var(--ocpp-cs-soft);
      }
      .error {
        color: var(--error-color, #db4437);
      }
      @media (max-width: 520px) {
        .dialog {
          padding: 16px;
        }
      }
    `,
  ];
}
