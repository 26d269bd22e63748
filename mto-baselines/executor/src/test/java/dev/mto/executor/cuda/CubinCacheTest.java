package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Machine code of an earlier process is taken where it is whole, and nothing else is. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class CubinCacheTest {
  private static final int COMPILATION = 5;

  @TempDir private Path root;
  private Path folder;
  private EmulatedCuda emulated;

  @BeforeEach
  void bind() {
    emulated = EmulatedCuda.bind();
    folder = root.resolve("cache").resolve("cubins");
  }

  private byte[] compiled(int capability) {
    Memory code = KernelSource.compiled(capability, new CubinCache(folder));
    return code.getByteArray(0, (int) code.size());
  }

  /** Asserts that the next call compiles, or that it does not. */
  private void assertCompiles(int capability, boolean compiles) {
    emulated.fail("nvrtcCompileProgram", COMPILATION);
    if (compiles) {
      assertThatThrownBy(() -> compiled(capability)).isInstanceOf(CudaException.class);
      return;
    }
    compiled(capability);
    assertThatThrownBy(() -> KernelSource.compile("", capability))
        .as("the failure that was not met")
        .isInstanceOf(CudaException.class);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private Path file() throws IOException {
    assertThat(files()).hasSize(1);
    return files().get(0);
  }

  @Test
  void whatWasCompiledIsNotCompiledAgain() throws IOException {
    byte[] first = compiled(90);
    assertThat(new String(first, StandardCharsets.ISO_8859_1)).startsWith("\u007fELF sm_90");
    assertCompiles(90, false);
    assertThat(compiled(90)).isEqualTo(first);
    assertThat(file().getFileName().toString()).matches("[0-9a-f]{64}\\.cubin");
    assertThat(Files.getPosixFilePermissions(folder))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void anotherGpuHasCodeOfItsOwn() {
    compiled(90);
    assertCompiles(86, true);
  }

  @Test
  void anotherCompilerMakesCodeOfItsOwn() {
    compiled(90);
    emulated.set("driver version", 13020);
    try {
      assertCompiles(90, true);
    } finally {
      emulated.set("driver version", 13000);
    }
  }

  @Test
  void anotherSourceOrOptionHasAnotherName() {
    String name = CubinCache.name("a", "12.4", "--x");
    assertThat(CubinCache.name("b", "12.4", "--x")).isNotEqualTo(name);
    assertThat(CubinCache.name("a", "12.4", "--y")).isNotEqualTo(name);
    assertThat(CubinCache.name("a", "12.4", "--x", "")).isNotEqualTo(name);
  }

  @Test
  void aFileThatIsCutOffIsMadeAnew() throws IOException {
    byte[] whole = compiled(90);
    byte[] all = Files.readAllBytes(file());
    for (int length : new int[] {0, 31, 32, all.length - 1}) {
      Files.write(file(), Arrays.copyOf(all, length));
      assertCompiles(90, true);
      assertThat(compiled(90)).isEqualTo(whole);
      assertThat(Files.readAllBytes(file())).isEqualTo(all);
    }
  }

  @Test
  void aFileThatWasChangedIsMadeAnew() throws IOException {
    byte[] whole = compiled(90);
    byte[] all = Files.readAllBytes(file());
    all[all.length / 2] ^= 1;
    Files.write(file(), all);
    assertCompiles(90, true);
    assertThat(compiled(90)).isEqualTo(whole);
  }

  @Test
  void aFileUnderTheNameOfAnotherIsMadeAnew() throws IOException {
    compiled(90);
    Path of90 = file();
    compiled(86);
    Path of86 = files().stream().filter(file -> !file.equals(of90)).findFirst().orElseThrow();
    Files.copy(of90, of86, StandardCopyOption.REPLACE_EXISTING);
    assertCompiles(86, true);
  }

  @Test
  void nothingIsKeptWhereNothingCanBe() throws IOException {
    Files.writeString(root.resolve("cache"), "a file where the folder would be");
    assertThat(new String(compiled(90), StandardCharsets.ISO_8859_1)).startsWith("\u007fELF sm_90");
    assertCompiles(90, true);
  }

  @Test
  void aFolderThatOthersWriteIntoIsNotUsed() throws IOException {
    compiled(90);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertCompiles(90, true);
    compiled(86);
    assertThat(files()).hasSize(1);
  }

  @Test
  void theFolderIsBelowTheUsersCache() {
    assertThat(CubinCache.below("/caches", "/home/me")).isEqualTo(Path.of("/caches/mto/cubins"));
    assertThat(CubinCache.below(null, "/home/me")).isEqualTo(Path.of("/home/me/.cache/mto/cubins"));
    assertThat(CubinCache.below("relative", "/home/me"))
        .isEqualTo(Path.of("/home/me/.cache/mto/cubins"));
  }
}
