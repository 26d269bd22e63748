package dev.mto.engine.report;

/** The page around the sections: its head and its style, for light and dark screens and paper. */
final class PageTemplate {
  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <title>{{title}}</title>
      <style>
      :root { --page: #f6f8fa; --paper: #fff; --ink: #24292f; --quiet: #57606a; --line: #d8dee4;
        --strong: #0550ae; }
      @media (prefers-color-scheme: dark) { :root { --page: #0d1117; --paper: #161b22;
        --ink: #e6edf3; --quiet: #9198a1; --line: #30363d; --strong: #79c0ff; } }
      * { box-sizing: border-box; }
      body { margin: 0; background: var(--page); color: var(--ink);
        font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
      main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
      h1 { font-size: 26px; margin: 0 0 14px; }
      h2 { font-size: 18px; margin: 0 0 12px; }
      section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
        padding: 18px 20px; margin: 18px 0; break-inside: avoid; }
      p { margin: 0 0 10px; }
      .warning { color: #cf222e; font-weight: 600; }
      .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(165px, 1fr));
        gap: 12px; margin-bottom: 14px; }
      .card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
        padding: 10px 14px; display: flex; flex-direction: column; }
      .card span, .card small { color: var(--quiet); }
      .card b { font-size: 20px; color: var(--strong); white-space: nowrap; }
      .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr));
        gap: 18px; }
      .grid.two { grid-template-columns: repeat(auto-fill, minmax(440px, 1fr)); }
      figure { margin: 0; min-width: 0; }
      figcaption { color: var(--quiet); font-size: 13px; }
      .chart figcaption b { color: var(--ink); font-size: 14px; margin-right: 8px; }
      .key { white-space: nowrap; margin-right: 8px; }
      .key i { display: inline-block; width: 14px; height: 3px; border-radius: 2px;
        margin-right: 4px; vertical-align: middle; }
      svg { display: block; width: 100%; height: auto; }
      svg path { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
      svg .rule { stroke: var(--line); stroke-width: 1; }
      svg text { fill: var(--quiet); font-size: 12.5px; }
      svg .label { font-size: 13px; }
      img { display: block; max-width: 100%; border-radius: 6px; }
      .pictures { display: grid; gap: 18px; align-items: start; }
      .pictures.row { grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); }
      .pictures.row .wide { grid-column: 1 / -1; }
      .earlier { display: grid; gap: 14px; }
      .row .earlier { grid-template-columns: 1fr 1fr; }
      .row img { width: 100%; }
      pre { margin: 0; overflow-x: auto; font: 13px/1.45 ui-monospace, "DejaVu Sans Mono",
        monospace; }
      table { border-collapse: collapse; width: 100%; font-size: 14px; }
      th, td { text-align: left; padding: 5px 12px 5px 0; border-top: 1px solid var(--line);
        vertical-align: top; overflow-wrap: anywhere; }
      th { width: 30%; color: var(--quiet); font-weight: 500; }
      .scroll { overflow-x: auto; margin-bottom: 12px; }
      .figures th, .figures td { width: auto; white-space: nowrap; }
      </style>
      </head>
      <body>
      <main>
      <h1>{{title}}</h1>
      {{content}}</main>
      </body>
      </html>
      """;

  private PageTemplate() {}

  /**
   * The page.
   *
   * @param title text, not yet escaped
   * @param content HTML
   */
  static String fill(String title, String content) {
    return PAGE.replace("{{title}}", Html.escape(title)).replace("{{content}}", content);
  }
}
