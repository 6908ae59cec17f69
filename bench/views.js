// What bench/views.py does in a page of Home Assistant's; it is one function, called with {does, ...}.
async ({ does, view, path, places, chargers, sessions }) => {
  const PATIENCE_MS = 120_000;

  const all = (name, root = document, found = []) => {
    for (const each of root.querySelectorAll('*')) {
      if (each.localName === name) found.push(each);
      if (each.shadowRoot) all(name, each.shadowRoot, found);
    }
    return found;
  };
  // A page that was loaded just now has it a little later.
  const hass = document.querySelector('home-assistant')?.hass;
  const frame = () => new Promise(requestAnimationFrame);

  const until = async (condition) => {
    const end = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`${view ?? path} does not show what it should`);
      await frame();
    }
  };

  // What each view shows when all of its data is there. Private names are those of frontend/src/.
  const card = () => all(`ocpp-cs-${view.split(',')[0]}-card`)[0];
  const shown = {
    now: () => {
      const flow = all('ocpp-cs-flow-card')[0];
      if (!flow?.shadowRoot?.textContent.includes('kW')) return false;
      const cards = all('ocpp-cs-card');
      return cards.length === places && cards.every((each) => each.plan && each.shadowRoot.querySelector('article'));
    },
    plans: () => {
      const views = [...(card()?.views.values() ?? [])];
      return views.length === places && views.every((each) => each) && !card().isUpdatePending;
    },
    'sessions, month': () => card()?.span?.kind === 'month' && card().whole !== undefined && card().shadowRoot.querySelector('tbody tr') !== null,
    'sessions, all': () =>
      card().whole.total >= sessions && !card().busy && !card().isUpdatePending,
    chargers: () => card()?.shadowRoot.querySelectorAll('.chargers > *').length === chargers,
    profile: () => Boolean(all('ha-profile-dashboard')[0]?.shadowRoot?.querySelector('ha-card')),
  };

  // What Home Assistant has to be asked for that.
  const live = () =>
    new Promise((resolve) => {
      let first = true;
      const subscribed = hass.connection.subscribeMessage(
        async (event) => {
          if (!first) return;
          first = false;
          resolve(event.servers.flatMap((server) => server.connectors));
          (await subscribed)();
        },
        { type: 'ocpp_cs/live' },
      );
    });
  const plans = async () => {
    const connectors = await live();
    await Promise.all(connectors.map(({ device_id }) => hass.callWS({ type: 'ocpp_cs/plan', device_id })));
  };
  const page = (within) => hass.callWS({ type: 'ocpp_cs/sessions', order: 'newest', limit: 50, struck_out: true, ...within });
  const now = new Date();
  const asked = {
    now: plans,
    plans,
    'sessions, month': () => page({ start: new Date(now.getFullYear(), now.getMonth(), 1).toISOString() }),
    'sessions, all': () => page({}),
    chargers: () => hass.callWS({ type: 'ocpp_cs/chargers' }),
  };

  const went = (to) => {
    history.pushState(null, '', to);
    window.dispatchEvent(new CustomEvent('location-changed', { detail: { replace: false } }));
  };

  const begun = performance.now();
  if (does === 'ask') {
    await asked[view]();
    return performance.now() - begun;
  }
  if (does === 'leave') {
    went(path);
    await until(() => all('ha-panel-profile').length > 0 && !all('hui-root').length);
    return 0;
  }
  if (does === 'load') {
    await until(shown[view]);
    await frame();
    // The clock of a page begins when it is gone to.
    return performance.now();
  }
  if (view === 'sessions, all') {
    [...card().shadowRoot.querySelectorAll('.segments button')].find((each) => each.textContent.trim() === 'All').click();
    await frame();
  } else went(path);
  await until(shown[view]);
  // What is in the document is on the screen after the next frame.
  await frame();
  await new Promise((resolve) => setTimeout(resolve));
  return performance.now() - begun;
};
