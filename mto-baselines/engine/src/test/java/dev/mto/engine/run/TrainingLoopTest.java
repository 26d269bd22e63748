package dev.mto.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.CenterCrop;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Normalization;
import dev.mto.data.pixels.Interpolation;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.folder.RunLog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class TrainingLoopTest {
  private static final int SIDE = 8;
  private static final Normalization GREY =
      Normalization.of(new float[] {0.5f}, new float[] {0.25f});

  @TempDir private Path folder;

  /** Keeps the numbers of each step's micro-batches. */
  private static final class Recording implements Trainee {
    private final List<List<Integer>> steps = new ArrayList<>();

    @Override
    public Map<String, Object> step(
        List<ImageBatch> microBatches, TrainingPosition at, double learningRate) {
      steps.add(microBatches.stream().map(ImageBatch::number).toList());
      microBatches.forEach(ImageBatch::close);
      return new HashMap<>(Map.of("loss", 0.0));
    }

    @Override
    public Map<String, INDArray> state() {
      return Map.of();
    }

    @Override
    public void resumeAt(long steps) {}

    @Override
    public void close() {}
  }

  @Test
  void aMicroBatchThatCannotBeReadTakesNoneOfTheNextStep() throws IOException {
    for (int i = 0; i < 6; i++) {
      Files.write(folder.resolve(i + ".png"), EncodedImage.png(new byte[SIDE * SIDE], SIDE, SIDE));
    }
    Files.writeString(folder.resolve("2.png"), "no image");
    Recording trainee = new Recording();
    Schedule schedule = new Schedule(1, 3, 2, step -> 0, (epoch, step) -> images());

    new TrainingLoop(
            trainee,
            schedule,
            "task",
            "model",
            new CheckpointStore(folder.resolve("checkpoints"), 1),
            new RunLog(new PrintStream(OutputStream.nullOutputStream())))
        .run();

    assertThat(trainee.steps).containsExactly(List.of(0, 1), List.of(3), List.of(4, 5));
  }

  private ImageBatches images() {
    return ImageBatches.from(
            ImageFolder.open(folder), new CenterCrop(SIDE, SIDE, 1, Interpolation.BILINEAR, GREY))
        .badImages(BadImages.telling(line -> {}, 6, 1))
        .batchSize(1)
        .batchesPerStep(2)
        .shuffle(false)
        .build();
  }
}
