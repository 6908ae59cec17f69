/** Tell the card picker of the card. */
import { localizeIn } from '../shared/localize.ts';
import { CARD, suggestionFor } from './config.ts';
import './card.ts';

const t = localizeIn(document.documentElement.lang);

window.customCards ??= [];
window.customCards.push({
  type: CARD,
  name: t('card_name'),
  description: t('card_description'),
  preview: true,
  documentationURL: 'https://github.com/ocpp-cs/ocpp_cs',
  getEntitySuggestion: suggestionFor,
});
