/** The texts of the card. */
export const card = {
  card_name: 'Charging place',
} as const;
