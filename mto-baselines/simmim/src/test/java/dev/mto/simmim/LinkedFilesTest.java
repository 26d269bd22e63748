package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run folder from somebody else may hold links to files of whoever goes on with it. */
class LinkedFilesTest {
  @TempDir private Path root;

  @Test
  void noFileOfARunIsWrittenThroughALinkInItsPlace() throws IOException {
    TinyRun tiny =
        new TinyRun(
            new SimMim(),
            root,
            "masking={ratio: 0.5, unit: 8}",
            "training.epochs=1",
            "training.warmup_epochs=0",
            "log={heterogeneity_every: 0, knn_every_epochs: 0, pictures_every_epochs: 1}");
    Path stopped = tiny.trainAndStopIn("trainingFeeds", "stopped");
    List<String> names = TinyRun.files(stopped);
    assertThat(names).contains("run.lock", "train.log", "metrics.jsonl", "checkpoints/last.json");
    for (String name : names) {
      Path file = tiny.copy("stopped", "linked " + name.replace('/', ' ')).resolve(name);
      Path elsewhere = root.resolve("elsewhere");
      Files.move(file, elsewhere);
      byte[] before = Files.readAllBytes(elsewhere);
      Files.createSymbolicLink(file, elsewhere);

      resume(tiny, file, root.relativize(file).getName(0).toString());

      assertThat(elsewhere).as(name).hasBinaryContent(before);
      Files.delete(elsewhere);
    }
  }

  /** Goes on, or is refused in a line that names the link. */
  private static void resume(TinyRun tiny, Path link, String run) {
    try {
      tiny.resume(run);
    } catch (FileException | UserException e) {
      assertThat(e).hasMessageContaining(String.valueOf(link.getFileName()));
    }
  }
}
