package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run whose weights are not finite any more. */
class DivergedRunTest {
  @TempDir private Path root;

  @ParameterizedTest
  @CsvSource({
    "encoder.blocks.1.mlp.fc1.weight, NaN, encoder block 2",
    "encoder.blocks.0.attn.proj.bias, Infinity, encoder block 1",
    "encoder.patch_embed.proj.bias, NaN, encoder embedding"
  })
  void stopsAndNamesTheTermAndTheBlock(String parameter, double value, String place)
      throws IOException {
    TinyRun tiny = TinySimMim.in(root);
    Path run = tiny.train("run", "training.epochs=1", "data.val=null");
    Checkpoint broken = CheckpointStore.read(TinyRun.last(run));
    broken.tensors().get(parameter).putScalar(0, value);
    new CheckpointStore(run.resolve("checkpoints"), 1).saveLast(broken);
    byte[] saved = Files.readAllBytes(TinyRun.last(run));
    Files.writeString(
        run.resolve("config.yaml"),
        ConfigLoader.write(tiny.config("training.epochs=2", "data.val=null")));

    assertThatThrownBy(() -> tiny.resume("run"))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("step 6")
        .hasMessageContaining("loss.ss = NaN")
        .hasMessageContaining("come out of the " + place + ".")
        .hasMessageContaining("training.base_lr");

    assertThat(TinyRun.last(run)).hasBinaryContent(saved);
  }
}
