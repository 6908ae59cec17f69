"""What a page consists of, and whether its texts lie where they can be read.

This is what pictures are compared by: pixels differ with each minute of the demo, the
parts of a view and their order do not.
"""

from typing import Any

from playwright.async_api import Page

_WALK = """
  const roots = [];
  const find = root => {
    for (const each of root.querySelectorAll("*")) {
      if (each.localName === selector) roots.push(each);
      if (each.shadowRoot) find(each.shadowRoot);
    }
  };
  find(document);
  // The children as they are shown: what is slotted stands in its slot.
  const shown = node => {
    const slotted = node.localName === "slot" ? node.assignedNodes() : [];
    return slotted.length > 0 ? slotted : [...(node.shadowRoot ?? node).childNodes];
  };
  const above = node => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
"""

_OUTLINE = (
    "selector => {"
    + _WALK
    + """
  const names = new Set(["h1", "h2", "h3", "h4", "table", "thead", "tbody", "svg", "nav", "form", "fieldset", "ul", "ol"]);
  const outline = node => {
    // A slot has no box of its own.
    if (node.localName !== "slot" && !node.checkVisibility({ visibilityProperty: true })) return [];
    const inner = [];
    for (const child of shown(node).filter(one => one instanceof Element)) {
      for (const part of outline(child)) {
        // Rows, cards and bars repeat: there is one of each kind.
        if (!inner.some(known => JSON.stringify(known) === JSON.stringify(part))) inner.push(part);
      }
    }
    const role = node.getAttribute("role");
    const own = node.localName.startsWith("ocpp-cs") || names.has(node.localName) || role;
    if (!own) return inner;
    const name = role ? `${node.localName}[${role}]` : node.localName;
    return [inner.length > 0 && node.localName !== "svg" ? [name, ...inner] : name];
  };
  return roots.flatMap(outline);
}"""
)

_CROWDED = (
    "selector => {"
    + _WALK
    + """
  const SLACK = 3;
  const clipped = (node, box) => {
    let { left, top, right, bottom } = box;
    for (let each = node; each instanceof Element; each = above(each)) {
      const style = getComputedStyle(each);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const frame = each.getBoundingClientRect();
      left = Math.max(left, frame.left); right = Math.min(right, frame.right);
      top = Math.max(top, frame.top); bottom = Math.min(bottom, frame.bottom);
    }
    return { left, top, right, bottom };
  };
  const texts = [];
  const cut = [];
  const walk = node => {
    // A slot has no box of its own.
    if (node.localName !== "slot" && !node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
    const style = getComputedStyle(node);
    // For screen readers alone.
    if (style.clipPath !== "none" || style.clip !== "auto") return;
    for (const child of shown(node)) {
      if (child instanceof Element) walk(child);
      if (child.nodeType !== Node.TEXT_NODE || child.data.trim() === "") continue;
      const range = document.createRange();
      range.selectNodeContents(child);
      for (const raw of range.getClientRects()) {
        const box = clipped(node, raw);
        const wide = box.right - box.left, high = box.bottom - box.top;
        // What is for screen readers alone is one pixel large.
        if (wide > 2 && high > 2) texts.push({ child, text: child.data.trim().slice(0, 40), ...box });
      }
    }
    const hides = style.overflowX === "hidden" || style.overflowX === "clip";
    if (hides && style.textOverflow !== "ellipsis" && node.clientWidth > 2 && node.scrollWidth > node.clientWidth + 1)
      cut.push(`${node.localName}.${node.getAttribute("class") ?? ""}`);
  };
  roots.forEach(walk);
  const found = cut.map(one => `${one} is cut off`);
  for (const [index, one] of texts.entries())
    for (const other of texts.slice(index + 1))
      if (
        one.child !== other.child &&
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > SLACK &&
        Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > SLACK
      )
        found.push(`"${one.text}" lies on "${other.text}"`);
  return found;
}"""
)


_WIDER = (
    "selector => {"
    + _WALK
    + """
  const found = [];
  const walk = (node, clipped) => {
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    if (!clipped && box.width > 0 && style.position !== "absolute" && box.right > innerWidth + 1)
      found.push(`${node.localName}.${node.getAttribute("class") ?? ""} ${Math.round(box.right)}`);
    const inside = clipped || ["auto", "scroll", "hidden", "clip"].includes(style.overflowX);
    for (const child of shown(node)) if (child instanceof Element) walk(child, inside);
  };
  for (const root of roots) walk(root, false);
  return found;
}"""
)


async def wider(page: Page, element: str) -> list[str]:
    """Return what of an element is wider than the screen."""
    found: list[str] = await page.evaluate(_WIDER, element)
    return found


async def outline(page: Page, element: str) -> Any:
    """Return the parts of an element and their order, each kind once.

    ["ocpp-cs-flow-card", "h2", ["ocpp-cs-flow", "svg[img]"]]
    """
    return await page.evaluate(_OUTLINE, element)


async def crowded(page: Page, element: str) -> list[str]:
    """Return which texts of an element lie on others, and what is cut off."""
    found: list[str] = await page.evaluate(_CROWDED, element)
    return found
