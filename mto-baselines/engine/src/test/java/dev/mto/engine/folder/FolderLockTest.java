package dev.mto.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @TempDir private Path folder;

  @Test
  void aSecondOwnerIsRefusedAndToldOfTheFirst() {
    try (FolderLock lock = FolderLock.of(folder)) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> FolderLock.of(folder))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(folder + ": is in use by another process (process ")
          .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()));
    }
  }

  @Test
  void aLockThatWasLeftBehindIsTakenOver() {
    FolderLock.of(folder).close();

    FolderLock.of(folder).close();
  }

  @Test
  void patienceWaitsForTheEndOfTheFirst() {
    FolderLock first = FolderLock.of(folder);
    CompletableFuture<FolderLock> second =
        CompletableFuture.supplyAsync(() -> FolderLock.of(folder, Duration.ofMinutes(1)));
    assertThat(second).isNotDone();

    first.close();

    second.join().close();
  }
}
