/** The one file that Home Assistant loads: registers the card and the dashboard. */
import './card/register.ts';
import './strategy/strategy.ts';
import './views/chargers.ts';
import './views/empty.ts';
import './views/flow.ts';
import './views/plans.ts';
import './views/sessions.ts';
