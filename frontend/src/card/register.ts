/** Tell the card picker of the card. */
import { languageOfPage, localizeIn } from '../shared/localize.ts';
import { CARD, suggestionFor } from './config.ts';
import './card.ts';

window.customCards ??= [];
window.customCards.push({
  type: CARD,
  // Asked when the picker is shown: the language of the user is known only then.
  get name() {
    return localizeIn(languageOfPage())('card_name');
  },
  get description() {
    return localizeIn(languageOfPage())('card_description');
  },
  preview: true,
  documentationURL: 'https://github.com/ocpp-cs/ocpp_cs/blob/main/docs/dashboard.md',
  getEntitySuggestion: suggestionFor,
});
