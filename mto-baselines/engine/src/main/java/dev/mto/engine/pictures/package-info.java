/**
 * Pictures of a run, as PNG files: curves, reconstructions, heterogeneity by depth and affinity
 * maps. Nothing here needs a display, and a file is replaced whole or not at all. A {@link
 * dev.mto.engine.pictures.LineChart} is what charts are everywhere, in pictures and, as SVG, in
 * pages.
 *
 * <pre>{@code
 * LineChart.of("Loss", "step", "loss")
 *     .withLogScale()
 *     .with(Series.line("self-supervised", steps, losses))
 *     .write(run.resolve("pictures/loss.png"));
 * }</pre>
 */
package dev.mto.engine.pictures;
