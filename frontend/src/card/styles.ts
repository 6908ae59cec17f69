import { css } from 'lit';
import { base, controls } from '../shared/styles.ts';

export const styles = [
  ...base,
  controls,
  css`
    ha-card {
      block-size: 100%;
      container-type: inline-size;
      overflow: hidden;
    }
    article {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      align-content: start;
      gap: 14px;
      padding: 16px;
    }
    h2,
    p,
    dl,
    dd {
      margin: 0;
    }
    .empty {
      display: flex;
      align-items: center;
      gap: 10px;
      padding: 24px 16px;
      color: var(--ocpp-cs-weak);
    }

    header {
      display: flex;
      align-items: center;
      gap: 12px;
    }
    .avatar {
      display: grid;
      place-items: center;
      flex: none;
      inline-size: 44px;
      block-size: 44px;
      border-radius: 14px;
      overflow: hidden;
      background: var(--ocpp-cs-soft);
    }
    .avatar img {
      inline-size: 100%;
      block-size: 100%;
      object-fit: cover;
    }
    .names {
      flex: 1;
      min-inline-size: 0;
    }
    h2 {
      font-size: 17px;
      font-weight: 600;
      line-height: 1.25;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .who {
      display: flex;
      align-items: center;
      gap: 4px;
      min-inline-size: 0;
      color: var(--ocpp-cs-weak);
      white-space: nowrap;
    }
    .tag:not(:last-child)::after {
      content: ' ·';
    }
    .vehicle {
      position: relative;
      display: inline-flex;
      align-items: center;
      min-inline-size: 0;
    }
    .vehicle select {
      appearance: none;
      min-block-size: 24px;
      min-inline-size: 0;
      padding: 0 20px 0 0;
      padding-inline: 0 20px;
      border: none;
      border-radius: 6px;
      background: none;
      text-overflow: ellipsis;
      cursor: pointer;
    }
    .vehicle option {
      color: #212121;
      background: #fff;
    }
    .vehicle .icon {
      position: absolute;
      inset-inline-end: 0;
      inline-size: 18px;
      block-size: 18px;
      pointer-events: none;
    }
    .round {
      display: grid;
      place-items: center;
      inline-size: 40px;
      block-size: 40px;
      margin-inline-end: -10px;
      border-radius: 50%;
      color: var(--ocpp-cs-weak);
    }
    .round:hover {
      background: var(--ocpp-cs-soft);
    }

    .now {
      display: grid;
      grid-template-columns: auto 1fr;
      align-items: center;
      gap: 16px;
      --tone: var(--ocpp-cs-weak);
    }
    .now.charging {
      --tone: var(--ocpp-cs-charging);
    }
    .now.waiting {
      --tone: var(--ocpp-cs-sun);
    }
    .now.done {
      --tone: var(--ocpp-cs-charging);
    }
    .now.problem {
      --tone: var(--error-color, #db4437);
    }
    .ring {
      position: relative;
      inline-size: 132px;
      block-size: 132px;
    }
    .ring svg {
      inline-size: 100%;
      block-size: 100%;
      overflow: visible;
    }
    .ring circle {
      fill: none;
      stroke-width: 9;
      stroke-linecap: round;
    }
    .track {
      stroke: var(--ocpp-cs-line);
    }
    .arc {
      transition: stroke-dasharray 0.6s;
    }
    .arc.filled {
      stroke: var(--ocpp-cs-charging);
    }
    .now.problem .arc {
      stroke: var(--ocpp-cs-unknown);
    }
    .arc.sun {
      stroke: var(--ocpp-cs-sun);
    }
    .arc.grid {
      stroke: var(--ocpp-cs-grid);
    }
    .ring .pulse {
      stroke: color-mix(in srgb, var(--card-background-color, #fff) 45%, var(--ocpp-cs-charging));
      stroke-width: 3;
      opacity: 0;
      animation: run 2.4s ease-in-out infinite;
    }
    @keyframes run {
      0% {
        stroke-dashoffset: 0;
        opacity: 0;
      }
      15%,
      75% {
        opacity: 0.9;
      }
      100% {
        stroke-dashoffset: var(--whole);
        opacity: 0;
      }
    }
    .ring .target {
      stroke: var(--primary-text-color, #212121);
      stroke-width: 15;
      stroke-linecap: butt;
    }
    .inside {
      position: absolute;
      inset: 0;
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      line-height: 1.2;
    }
    .power b {
      font-size: 28px;
      font-weight: 600;
      letter-spacing: -0.02em;
    }
    .power {
      font-size: 13px;
      color: var(--ocpp-cs-weak);
    }
    .power b {
      color: var(--primary-text-color, #212121);
    }
    .below {
      font-size: 14px;
      font-weight: 500;
    }
    .phases {
      margin-block-start: 2px;
      font-size: 11px;
      color: var(--ocpp-cs-weak);
    }
    .said {
      display: grid;
      gap: 12px;
      min-inline-size: 0;
    }
    .state {
      font-size: 17px;
      font-weight: 600;
      line-height: 1.25;
    }
    .state::before {
      content: '';
      display: inline-block;
      inline-size: 9px;
      block-size: 9px;
      margin-inline-end: 3px;
      border-radius: 50%;
      background: var(--tone);
      vertical-align: 0.06em;
    }
    .until {
      display: block;
      font-size: 14px;
      font-weight: 400;
      color: var(--ocpp-cs-weak);
    }
    .facts {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(76px, 1fr));
      gap: 8px 12px;
    }
    dt {
      font-size: 12px;
      color: var(--ocpp-cs-weak);
    }
    dd {
      font-size: 15px;
      font-weight: 600;
      white-space: nowrap;
    }
    dd small {
      font-size: 12px;
      font-weight: 400;
    }

    .modes button {
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      gap: 2px;
      min-block-size: 52px;
      font-size: 12px;
    }
    .modes .icon {
      inline-size: 22px;
      block-size: 22px;
    }
    .modes [aria-pressed='true'].solar .icon,
    .modes [aria-pressed='true'].min_solar .icon {
      color: var(--ocpp-cs-sun);
    }
    .modes [aria-pressed='true'].fast .icon {
      color: var(--ocpp-cs-charging);
    }

    .plan {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
      padding-block-start: 14px;
      border-block-start: 1px solid var(--ocpp-cs-line);
    }
    .plan-head {
      display: flex;
      align-items: center;
      gap: 12px;
    }
    .weekly {
      display: grid;
      gap: 8px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    .weekly li {
      display: flex;
      align-items: center;
      gap: 12px;
      /* Below the words of the plan above it. */
      padding-inline-start: 34px;
    }
    .weekly li > span {
      flex: 1;
      min-inline-size: 0;
      line-height: 1.25;
    }
    .weekly b {
      display: block;
      font-size: 13px;
      font-weight: 600;
    }
    .weekly small {
      font-size: 12px;
      color: var(--ocpp-cs-weak);
    }
    .plan-title {
      display: flex;
      align-items: center;
      gap: 10px;
      flex: 1;
      min-inline-size: 0;
      min-block-size: 40px;
      text-align: start;
      border-radius: 10px;
      line-height: 1.25;
    }
    .plan-title > span:not(.heard) {
      flex: 1;
      min-inline-size: 0;
    }
    .plan-title b {
      display: block;
      font-size: 15px;
      font-weight: 600;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .plan-title small {
      font-size: 12px;
      color: var(--ocpp-cs-weak);
    }
    .plan-title .icon {
      color: var(--ocpp-cs-weak);
    }
    .plan-title .icon:last-child {
      inline-size: 18px;
      block-size: 18px;
    }
    .switch {
      position: relative;
      flex: none;
      inline-size: 46px;
      block-size: 28px;
      border-radius: 14px;
      background: var(--ocpp-cs-line);
      box-shadow: inset 0 0 0 2px color-mix(in srgb, var(--primary-text-color, #212121) 45%, transparent);
      transition: background 0.15s;
    }
    .switch::after {
      content: '';
      position: absolute;
      inset-block-start: 6px;
      inset-inline-start: 7px;
      inline-size: 16px;
      block-size: 16px;
      border-radius: 50%;
      background: color-mix(in srgb, var(--primary-text-color, #212121) 60%, transparent);
      transition: inset-inline-start 0.15s;
    }
    .switch[aria-checked='true'] {
      background: var(--primary-text-color, #212121);
    }
    .switch[aria-checked='true']::after {
      inset-inline-start: 24px;
      background: var(--card-background-color, #fff);
    }
    .result {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      gap: 2px 12px;
    }
    .result b {
      font-weight: 600;
    }
    .told {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 12px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    .limited,
    .told li {
      display: flex;
      align-items: center;
      gap: 4px;
      margin: 0;
      font-size: 12px;
      color: var(--ocpp-cs-weak);
    }
    .limited .icon,
    .told .icon {
      flex: none;
      inline-size: 16px;
      block-size: 16px;
    }
    .last {
      color: var(--ocpp-cs-weak);
    }
    .inside > .icon {
      inline-size: 40px;
      block-size: 40px;
      color: var(--ocpp-cs-weak);
    }
    .short {
      flex-basis: 100%;
      color: color-mix(in srgb, var(--error-color, #db4437) 70%, var(--primary-text-color, #212121));
    }
    .notice {
      padding: 8px 12px;
      border-radius: 10px;
      background: color-mix(in srgb, var(--error-color, #db4437) 16%, transparent);
    }
    footer {
      display: flex;
      gap: 8px;
    }
    footer .button {
      flex: 1;
      padding-inline: 8px;
      line-height: 1.15;
      min-block-size: 44px;
      border-radius: 22px;
    }

    @container (max-width: 350px) {
      article {
        padding: 12px;
        gap: 12px;
      }
      .now {
        gap: 12px;
      }
      .ring {
        inline-size: 108px;
        block-size: 108px;
      }
      .power b {
        font-size: 24px;
      }
      .below {
        font-size: 11px;
      }
      .phases {
        display: none;
      }
      .facts {
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 6px 8px;
      }
      dd {
        font-size: 14px;
      }
      .modes button {
        font-size: 11px;
        padding-inline: 2px;
      }
    }
    @container (min-width: 520px) {
      .facts {
        grid-template-columns: repeat(4, auto);
      }
    }
  `,
];
