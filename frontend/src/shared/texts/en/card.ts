/** The texts of the card. */
export const card = {} as const;
