/**
 * Images, crops and masks for masked image modelling.
 *
 * <p>An {@link dev.mto.data.folder.ImageFolder} lists the files, a {@link
 * dev.mto.data.image.Preprocessing} turns each into a normalised tensor through DataVec and OpenCV,
 * a {@link dev.mto.data.mask.MaskSampler} draws its mask, and {@link dev.mto.data.ImageBatches}
 * reads ahead on several threads. Masks are those of SimMIM and ConMIM ({@link
 * dev.mto.data.mask.SimMimMaskSampler}), MAE ({@link dev.mto.data.mask.MaeMaskSampler}), BEiT
 * ({@link dev.mto.data.mask.BlockMaskSampler}) and BootMAE ({@link
 * dev.mto.data.mask.BootMaeMaskSampler}); {@link dev.mto.data.image.Photometric} gives a second
 * view of the same crop; {@link dev.mto.data.image.StrongAugmentation} is what fine-tuning trains
 * on, with {@link dev.mto.data.pixels.RandAugment} and {@link dev.mto.data.image.RandomErasing}.
 * Every random choice is a pure function of seed, epoch and image index, and of the optimizer step
 * where a batch shares one ({@link dev.mto.data.random.RandomStream}).
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
