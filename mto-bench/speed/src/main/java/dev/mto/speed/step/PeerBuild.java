package dev.mto.speed.step;

import dev.mto.engine.errors.UserException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** The libtorch peer in the checkout, built when it is first asked for. */
final class PeerBuild {
  private static final List<String> MAVEN =
      List.of(
          (System.getProperty("os.name").startsWith("Windows") ? "mvn.cmd" : "mvn")
              .concat(" -B -q -Ppeer,mkl -pl mto-bench/peer -am -DskipTests package")
              .split(" "));

  private final Path root;
  private final Path peer;

  /**
   * The peer of a checkout.
   *
   * @param root folder of the checkout
   */
  PeerBuild(Path root) {
    this.root = root;
    this.peer = root.resolve("mto-bench").resolve("peer");
  }

  /** The peer of the checkout that {@code ./mto} runs from. */
  static PeerBuild ofThisCheckout() {
    return new PeerBuild(Path.of(System.getProperty("mto.root", ".")).toAbsolutePath());
  }

  /**
   * The class path of the peer; builds it where that is missing or older than its sources.
   *
   * @throws UserException when there is no checkout, no Maven, or the build fails
   */
  String classPath() throws IOException {
    if (!Files.exists(peer.resolve("pom.xml"))) {
      throw new UserException(
          peer + ": the libtorch peer is built from a checkout; run ./mto of one");
    }
    if (stale()) {
      build();
      // Maven leaves the file alone where its text is the same
      Files.setLastModifiedTime(dependencies(), FileTime.from(Instant.now()));
    }
    return peer.resolve("target").resolve("classes")
        + File.pathSeparator
        + Files.readString(dependencies());
  }

  boolean stale() throws IOException {
    if (!Files.exists(dependencies())
        || !Files.exists(peer.resolve("target/classes/dev/mto/peer/PeerProcess.class"))
        || Stream.of(Files.readString(dependencies()).split(File.pathSeparator))
            .anyMatch(jar -> !Files.exists(Path.of(jar)))
        || !Files.readString(dependencies()).contains("mkl")) {
      return true;
    }
    FileTime built = Files.getLastModifiedTime(dependencies());
    try (Stream<Path> sources = Files.walk(peer.resolve("src").resolve("main"))) {
      for (Path source : Stream.concat(sources, Stream.of(peer.resolve("pom.xml"))).toList()) {
        if (Files.isRegularFile(source) && Files.getLastModifiedTime(source).compareTo(built) > 0) {
          return true;
        }
      }
    }
    return false;
  }

  private void build() throws IOException {
    System.err.println(
        "mto: building the libtorch peer (the first time downloads PyTorch's C++ library, OpenBLAS"
            + " and MKL, about 400 MB, from Maven Central) ...");
    Process maven;
    try {
      maven = new ProcessBuilder(MAVEN).directory(root.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new UserException("--peer: Maven is missing; install Maven 3.8 or newer", e);
    }
    maven.getInputStream().transferTo(System.err); // standard output is for results
    try {
      if (maven.waitFor() != 0) {
        throw new UserException(
            "--peer: the libtorch peer could not be built; see above, or leave --peer out");
      }
    } catch (InterruptedException e) {
      maven.destroy();
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted while the libtorch peer was built");
    }
  }

  private Path dependencies() {
    return peer.resolve("target").resolve("dependencies.classpath");
  }
}
