/** How much a movie is rated lately: counts of the archive's last days, and whether it is rising. */

/** Days before the archive's newest rating. */
export const WINDOW_DAYS = [7, 30, 90, 365] as const;
