package dev.mto.engine.encoder;

import java.nio.file.Path;

/**
 * An image and its feature.
 *
 * @param image as it was given
 * @param vector [D]
 */
@SuppressWarnings("ArrayRecordComponent")
public record ImageFeature(Path image, float[] vector) {}
