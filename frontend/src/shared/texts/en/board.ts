/** The texts of the dashboard. */
export const board = {} as const;
