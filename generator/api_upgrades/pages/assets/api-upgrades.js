// A button that copies a code block. Without scripts there is none, and the text can be selected all the same.
(function () {
  "use strict";

  function addButtons() {
    document.querySelectorAll(".au-code").forEach(function (block) {
      if (block.querySelector(".au-copy")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "au-copy";
      button.textContent = "Copy";
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(block.querySelector("code").textContent.replace(/\n$/, "")).then(
          function () { say(button, "Copied"); },
          function () { say(button, "Select it to copy"); }
        );
      });
      block.append(button);
    });
  }

  function say(button, word) {
    button.textContent = word;
    setTimeout(function () { button.textContent = "Copy"; }, 2000);
  }

  // The theme replaces the page's content where it loads pages instantly, and tells it through document$.
  if (window.document$) window.document$.subscribe(addButtons);
  else addButtons();
})();
