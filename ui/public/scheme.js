// Before the first paint: the scheme that was chosen here, or the system's. Not inline, for the content policy.
(function () {
    var chosen = null;
    try {
        chosen = localStorage.getItem("riacho-scheme");
    } catch {
        // storage is off: the system's scheme it is
    }
    var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
