/**
 * Images, crops and masks for masked image modelling.
 *
 * <p>An {@link dev.mto.data.ImageFolder} lists the files, a {@link dev.mto.data.Preprocessing}
 * turns each into a normalised tensor through DataVec and OpenCV, a {@link
 * dev.mto.data.MaskSampler} draws its mask, and {@link dev.mto.data.ImageBatches} reads ahead on
 * several threads. Every random choice is a pure function of seed, epoch and image index ({@link
 * dev.mto.data.RandomStream}).
 *
 * <pre>{@code
 * ImageFolder folder = ImageFolder.open(Path.of("data/fashion-mini/train"));
 * Normalization normalization = Normalization.of(new float[] {.5f}, new float[] {.5f});
 * try (ImageBatches batches =
 *     ImageBatches.from(folder, Augmentation.simMim(32, 32, normalization))
 *         .masks(new SimMimMaskSampler(8, 8, 2, 0.6))
 *         .batchSize(64)
 *         .seed(1)
 *         .build()) {
 *   while (batches.hasNext()) {
 *     try (ImageBatch batch = batches.nextBatch()) {
 *       train(batch.images(), batch.mask()); // [B, C, H, W], [B, N]
 *     }
 *   }
 * }
 * }</pre>
 */
package dev.mto.data;
