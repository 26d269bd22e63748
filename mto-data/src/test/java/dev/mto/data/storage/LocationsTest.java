package dev.mto.data.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocationsTest {
  @ParameterizedTest
  @ValueSource(strings = {"hdfs://host:8020/a b", "s3a://bucket", "HDFS:///a", "a+b.c-d://x/y"})
  void addressesAreToldFromPaths(String name) {
    assertThat(Locations.isAddress(name)).isTrue();
    assertThatThrownBy(() -> Locations.path(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name + ": nothing here reads ")
        .hasMessageContaining("that is read by trainings and data shard on a Spark cluster");
  }

  @Test
  void anAddressWithOneSlashIsNoFolderByAccident() {
    assertThatThrownBy(() -> Locations.path("hdfs:/runs/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "hdfs:/runs/x: write an address with two slashes, as hdfs://HOST/...");
    assertThat(Locations.path("./hdfs:/runs/x")).isEqualTo(Path.of("./hdfs:/runs/x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"data/train", "/data/x.tar", "s-{000..127}.tar", "a:b", "C://x", "1://x"})
  void everythingElseIsAPathOfTheSystem(String name) {
    assertThat(Locations.isAddress(name)).isFalse();
    assertThat(Locations.path(name)).isEqualTo(Path.of(name));
    assertThat(Locations.isOfSystem(Locations.path(name))).isTrue();
  }

  @Test
  void filesByTheirAddressAreOfTheSystem() {
    assertThat(Locations.path("file:///data/train")).isEqualTo(Path.of("/data/train"));
  }
}
