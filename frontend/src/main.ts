/** The one file that Home Assistant loads: registers the card and the dashboard. */
import './card/register.ts';
