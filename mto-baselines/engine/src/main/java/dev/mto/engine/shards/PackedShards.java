package dev.mto.engine.shards;

import java.nio.file.Path;

/**
 * Shards that are made.
 *
 * @param range of all files together, as {@code data.train} takes it
 * @param images in them
 * @param classes of the images
 * @param unreadable images that were left out
 * @param bytes of all files
 * @param list of the unreadable images, where there are any
 */
public record PackedShards(
    String range, int images, int classes, int unreadable, long bytes, Path list) {}
