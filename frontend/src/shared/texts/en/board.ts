/** The texts of the dashboard. */
export const board = {
  dashboard_name: 'Charging',
} as const;
