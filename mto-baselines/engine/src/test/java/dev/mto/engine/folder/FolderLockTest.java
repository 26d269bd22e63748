package dev.mto.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
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
  void tellsWhetherItsOwnerLivesWithoutTakingIt() throws IOException {
    assertThat(FolderLock.isHeld(folder)).as("nobody ever took it").isFalse();
    try (FolderLock lock = FolderLock.of(folder)) {
      assertThat(lock).isNotNull();
      assertThat(FolderLock.isHeld(folder)).isTrue();
    }
    assertThat(FolderLock.isHeld(folder)).as("given back").isFalse();
  }

  @Test
  void aKilledOwnerAndALaterProcessOfItsNumberHoldNothing() throws IOException {
    String host = InetAddress.getLocalHost().getHostName();
    long own = ProcessHandle.current().pid();
    String before = "process " + own + " on " + host + " since 2001-01-01T00:00:00Z\n";
    Files.writeString(folder.resolve("run.lock"), before);
    assertThat(FolderLock.isHeld(folder)).as("this process began later").isFalse();

    Files.writeString(folder.resolve("run.lock"), before.replace(host, "elsewhere"));
    assertThat(FolderLock.isHeld(folder)).as("of another machine, believed").isTrue();

    Files.writeString(
        folder.resolve("run.lock"),
        "process " + Integer.MAX_VALUE + " on " + host + " since 2001-01-01T00:00:00Z\n");
    assertThat(FolderLock.isHeld(folder)).as("no such process").isFalse();
  }

  @Test
  void aMachineWhoseNameNobodyKnowsHasOneWithoutBlanks() {
    String named =
        FolderLock.host(
            () -> {
              throw new UnknownHostException("node7: Name or service not known");
            });

    assertThat(named).isNotEmpty().doesNotContainAnyWhitespaces();
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
