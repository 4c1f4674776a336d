// Wide tables scroll on a phone; without a mouse they can be scrolled once they can be focused.
new MutationObserver(() => {
  for (const one of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) one.tabIndex = 0;
}).observe(document.documentElement, { childList: true, subtree: true });
