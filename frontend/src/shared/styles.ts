import { css } from 'lit';

/** Colours of what power and cost come from: those of Home Assistant's energy page, which themes change. */
export const colors = css`
  :host {
    --ocpp-cs-sun: var(--energy-solar-color, #ff9800);
    --ocpp-cs-grid: var(--energy-grid-consumption-color, #488fc2);
    --ocpp-cs-export: var(--energy-grid-return-color, #8353d1);
    --ocpp-cs-battery: var(--energy-battery-out-color, #4db6ac);
    --ocpp-cs-battery-in: var(--energy-battery-in-color, #f06292);
    --ocpp-cs-charging: var(--success-color, #43a047);
    --ocpp-cs-unknown: var(--disabled-text-color, #9e9e9e);
    --ocpp-cs-line: color-mix(in srgb, var(--primary-text-color, #212121) 12%, transparent);
    --ocpp-cs-soft: color-mix(in srgb, var(--primary-text-color, #212121) 6%, transparent);
    --ocpp-cs-weak: var(--secondary-text-color, #616161);
  }
`;

/** What all elements share. */
export const base = [
  colors,
  css`
    :host {
      display: block;
      color: var(--primary-text-color, #212121);
      font-size: 14px;
      line-height: 1.4;
    }
    *,
    *::before,
    *::after {
      box-sizing: border-box;
    }
    [hidden] {
      display: none !important;
    }
    .icon {
      inline-size: 1.5em;
      block-size: 1.5em;
      fill: currentcolor;
      flex: none;
    }
    .weak {
      color: var(--ocpp-cs-weak);
    }
    .number {
      font-variant-numeric: tabular-nums;
      /* A number stands before its unit, also on a page that runs from right to left. */
      direction: ltr;
      unicode-bidi: isolate;
      text-align: -webkit-match-parent;
      text-align: match-parent;
    }
    /* Heard, not seen. */
    .heard {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    button,
    input,
    select {
      font: inherit;
      color: inherit;
    }
    button {
      cursor: pointer;
      border: none;
      background: none;
      padding: 0;
    }
    button:disabled {
      cursor: default;
      opacity: 0.5;
    }
    :focus {
      outline: none;
    }
    :focus-visible {
      outline: 2px solid var(--primary-color, #03a9f4);
      outline-offset: 2px;
    }
    @media (prefers-reduced-motion: reduce) {
      *,
      *::before,
      *::after {
        animation: none !important;
        transition: none !important;
      }
    }
  `,
];

/** Buttons, chips and fields. */
export const controls = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-block-size: 40px;
    padding: 0 16px;
    border-radius: 20px;
    font-weight: 500;
    background: var(--ocpp-cs-soft);
    transition: background 0.15s;
  }
  .button:hover:enabled {
    background: var(--ocpp-cs-line);
  }
  .button.primary {
    background: var(--primary-text-color, #212121);
    color: var(--card-background-color, #fff);
  }
  .button.primary:hover:enabled {
    opacity: 0.88;
  }
  .segments {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: 1fr;
    gap: 2px;
    padding: 3px;
    border-radius: 14px;
    background: var(--ocpp-cs-soft);
  }
  .segments button {
    min-block-size: 40px;
    min-inline-size: 0;
    padding: 4px 6px;
    border-radius: 11px;
    font-weight: 500;
    line-height: 1.15;
    text-align: center;
    color: var(--ocpp-cs-weak);
    transition:
      background 0.15s,
      color 0.15s;
  }
  .segments button:hover:enabled {
    color: var(--primary-text-color, #212121);
  }
  .segments button[aria-pressed='true'] {
    background: light-dark(
      var(--card-background-color, #fff),
      color-mix(in srgb, var(--primary-text-color, #fff) 16%, var(--card-background-color, #1c1c1c))
    );
    color: var(--primary-text-color, #212121);
    box-shadow: 0 1px 4px rgb(0 0 0 / 18%);
  }
  input[type='time'],
  input[type='number'],
  input[type='date'],
  input[type='text'],
  input[type='search'],
  select {
    min-block-size: 40px;
    padding: 0 10px;
    border: 1px solid var(--ocpp-cs-line);
    border-radius: 10px;
    background: var(--card-background-color, #fff);
    color-scheme: inherit;
  }
  input[type='range'] {
    accent-color: var(--primary-text-color, #212121);
    min-block-size: 32px;
  }
`;
