package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerBuildTest {
  @TempDir private Path root;
  private Path source;
  private Path jar;

  @BeforeEach
  void writeABuiltPeer() throws IOException {
    Path peer = root.resolve("mto-bench/peer");
    source = write(peer.resolve("src/main/java/A.java"), "");
    write(peer.resolve("pom.xml"), "<project/>");
    write(peer.resolve("target/classes/dev/mto/peer/PeerProcess.class"), "");
    jar = write(root.resolve("mkl.jar"), "");
    write(peer.resolve("target/dependencies.classpath"), jar.toString());
  }

  @Test
  void aBuiltPeerIsUsedAsItIs() throws IOException {
    assertThat(new PeerBuild(root).classPath())
        .isEqualTo(
            root.resolve("mto-bench/peer/target/classes")
                + System.getProperty("path.separator")
                + jar);
  }

  @Test
  void aNewerSourceMakesItStale() throws IOException {
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 3_600_000));

    assertThat(new PeerBuild(root).stale()).isTrue();
  }

  @Test
  void aMissingJarMakesItStale() throws IOException {
    Files.delete(jar);

    assertThat(new PeerBuild(root).stale()).isTrue();
  }

  @Test
  void refusesAFolderThatIsNoCheckout() {
    assertThatThrownBy(() -> new PeerBuild(root.resolve("elsewhere")).classPath())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("built from a checkout");
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
