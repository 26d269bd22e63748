package dev.mto.engine.analysis;

import dev.mto.data.ImageBatch;
import dev.mto.data.mask.Mask;
import dev.mto.engine.Prediction;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.pictures.Reconstructions;
import dev.mto.models.VitConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Original, masked input, prediction pasted in and prediction of a few images. */
final class ReconstructionPicture {
  private static final int IMAGES = 8;

  private final SampleBatch sample;
  private final RunConfig config;
  private final VitConfig vit;

  ReconstructionPicture(SampleBatch sample, RunConfig config) {
    this.sample = sample;
    this.config = config;
    this.vit = config.vit();
  }

  /** Writes the picture, and beside it a CSV of the error of each image. */
  void write(Prediction predicted, Path png) {
    sample.with(
        List.of(predicted.image()),
        (batch, values) -> {
          INDArray prediction = values.get(predicted.image().name());
          int most = (int) Math.min(IMAGES, batch.images().size(0));
          INDArray original = pixels(first(batch.images(), most));
          INDArray shown = pixels(first(prediction, most));
          INDArray mask = first(batch.mask(), most);
          Reconstructions.write(
              png,
              predicted.caption(),
              original,
              mask.reshape('c', most, vit.gridHeight(), vit.gridWidth()),
              shown,
              Arrays.stream(batch.indices()).limit(most).mapToObj(sample::label).toList());
          errors(batch, original, shown).writeBeside(png);
        });
  }

  private Csv errors(ImageBatch batch, INDArray original, INDArray shown) throws IOException {
    Csv csv = new Csv("file", "label", "masked_patches", "masked_mse", "masked_psnr_db");
    for (int image = 0; image < original.size(0); image++) {
      int index = batch.indices()[image];
      Mask mask = batch.masks().get(image);
      double error = maskedError(original, shown, mask, image);
      csv.row(
          sample.file(index),
          sample.label(index),
          mask.maskedCount(),
          error,
          -10 * Math.log10(error));
    }
    return csv;
  }

  /** Mean squared error of the masked pixels, pixels being 0 to 1. */
  private double maskedError(INDArray original, INDArray shown, Mask mask, int image) {
    double sum = 0;
    long count = 0;
    for (int y = 0; y < vit.imageHeight(); y++) {
      for (int x = 0; x < vit.imageWidth(); x++) {
        int patch = y / vit.patch() * vit.gridWidth() + x / vit.patch();
        if (mask.isMasked(patch)) {
          for (int c = 0; c < vit.channels(); c++) {
            double difference =
                original.getDouble(image, c, y, x) - shown.getDouble(image, c, y, x);
            sum += difference * difference;
            count++;
          }
        }
      }
    }
    return sum / count;
  }

  private static INDArray first(INDArray array, int most) {
    return array.get(NDArrayIndex.interval(0, most)).dup('c');
  }

  /** Undoes the normalisation by mean and deviation. */
  private INDArray pixels(INDArray normalised) {
    INDArray shown = normalised.dup('c');
    for (int c = 0; c < config.data().channels(); c++) {
      shown
          .get(NDArrayIndex.all(), NDArrayIndex.point(c))
          .muli(config.data().std().get(c))
          .addi(config.data().mean().get(c));
    }
    return shown;
  }
}
