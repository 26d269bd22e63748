package dev.mto.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.storage.Locations;
import dev.mto.engine.errors.UserException;
import dev.mto.spark.hadoop.LocalStore;
import dev.mto.spark.hadoop.RemoteFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimTest {
  private static final Claim.Times QUICK =
      new Claim.Times(Duration.ofMillis(50), Duration.ofMillis(800), Duration.ofMillis(20));

  @TempDir private Path root;
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void register() {
    LocalStore.register();
  }

  private RemoteFolder folder(String scheme) {
    return RemoteFolder.at(Locations.path(LocalStore.address(scheme, root))).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3a", "hdfs"})
  void aJobThatLivesKeepsAnotherOut(String scheme) {
    RemoteFolder folder = folder(scheme);
    try (Claim claim = Claim.of(folder, QUICK, told::add)) {
      assertThatThrownBy(() -> Claim.of(folder, QUICK, told::add))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(
              "is in use by another job (process " + ProcessHandle.current().pid())
          .hasMessageContaining("name another --out");
      claim.require();
    }
    assertThat(folder.files()).isEmpty();
    Claim.of(folder, QUICK, told::add).close();
    assertThat(told).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3a", "hdfs"})
  void theClaimOfAJobThatWasKilledIsTakenOver(String scheme) {
    RemoteFolder folder = folder(scheme);
    folder.put(Claim.NAME, "id of another\nprocess 1 on a since then\nrenewed 7 times\n");
    try (Claim claim = Claim.of(folder, QUICK, told::add)) {
      claim.require();
      assertThat(told)
          .hasSize(2)
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("another job has been here (process 1 on a since then)"))
          .anySatisfy(line -> assertThat(line).contains("going on in its place"));
    }
  }

  @Test
  void aJobWhoseClaimAnotherHasTakenEndsAndLeavesItThere() throws InterruptedException {
    RemoteFolder folder = folder("hdfs");
    try (Claim claim = Claim.of(folder, QUICK, told::add)) {
      for (int i = 0; i < 100 && !claim.isLost(); i++) { // as one that renews its own
        folder.put(Claim.NAME, "id of another\nprocess 1 on a since then\nrenewed 0 times\n");
        Thread.sleep(120);
      }
      assertThatThrownBy(claim::require)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("is in use by another job (process 1 on a since then)");
    }
    assertThat(folder.files()).containsExactly(Claim.NAME);
  }
}
